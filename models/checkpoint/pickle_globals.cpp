#include "models/checkpoint/pickle_globals.h"

#include <bit>
#include <span>

#include "core/npy_header.h"

namespace vitrobust::models {
namespace {

using Arguments = std::span<const PickleRef>;

/// Makes the value of a call, or nullptr when the arguments are not those it knows: the call stays inert
/// then.
using Call = PickleRef (*)(const PickleContext& context, Arguments arguments, PickleRef tuple);

template <typename T>
PickleRef make(const PickleContext& context, T value) {
  return context.arena.make(std::move(value), context.input.name());
}

/// dict(), OrderedDict([(key, value), …]), Counter({…}).
PickleRef make_dict(const PickleContext& context, Arguments arguments, PickleRef) {
  PickleDict dict;
  if (!arguments.empty()) {
    if (const auto* from = arguments[0]->get<PickleDict>()) {
      context.arena.spend(from->items.size(), context.input.name());
      dict = *from;
    } else if (const auto* pairs = sequence_items(arguments[0])) {
      context.arena.spend(pairs->size(), context.input.name());
      for (const PickleRef pair : *pairs) {
        const auto* items = sequence_items(pair);
        if (!items || items->size() != 2) return nullptr;
        dict.items.emplace_back((*items)[0], (*items)[1]);
      }
    }
  }
  return make(context, std::move(dict));
}

/// defaultdict(factory): only its items matter.
PickleRef make_default_dict(const PickleContext& context, Arguments, PickleRef) {
  return make(context, PickleDict{});
}

/// set([…]), torch.Size((…)): the sequence itself, of which nothing depends on what kind it is.
PickleRef same_sequence(const PickleContext& context, Arguments arguments, PickleRef) {
  if (arguments.empty()) return make(context, PickleSequence{});
  return sequence_items(arguments[0]) ? arguments[0] : nullptr;
}

/// _codecs.encode(text, "latin1"): how protocol 2 writes bytes.
PickleRef encode_latin1(const PickleContext& context, Arguments arguments, PickleRef) {
  const auto text = arguments.size() == 2 ? text_of(arguments[0]) : std::nullopt;
  if (!text || text_of(arguments[1]) != "latin1") return nullptr;
  const auto [place, fresh] = context.arena.decoded.try_emplace(text->data());
  std::string& bytes = place->second;
  for (std::size_t i = 0; fresh && i < text->size(); ++i) {
    const auto unit = static_cast<std::uint8_t>((*text)[i]);
    if (unit < 0x80) {
      bytes.push_back(static_cast<char>(unit));
      continue;
    }
    // Two units of UTF-8 hold the characters up to 255.
    if ((unit & 0xfe) != 0xc2 || i + 1 == text->size()) context.input.fail("has bytes that are not latin1");
    bytes.push_back(static_cast<char>((unit & 3) << 6 | (static_cast<std::uint8_t>((*text)[++i]) & 0x3f)));
  }
  return make(context, PickleBytes{bytes});
}

/// bytes(), bytearray(b"…").
PickleRef same_bytes(const PickleContext& context, Arguments arguments, PickleRef) {
  if (arguments.empty()) return make(context, PickleBytes{});
  return arguments[0]->get<PickleBytes>() ? arguments[0] : nullptr;
}

PickleRef rebuild_tensor(const PickleContext& context, Arguments arguments, PickleRef tuple) {
  if (arguments.size() < 4 || !arguments[0]->get<PickleStorageView>()) return nullptr;
  return make(context, PickleTensor{tuple, false});
}

PickleRef rebuild_tensor_v3(const PickleContext& context, Arguments arguments, PickleRef tuple) {
  if (arguments.size() < 7 || !arguments[0]->get<PickleStorageView>()) return nullptr;
  return make(context, PickleTensor{tuple, true});
}

/// A parameter is its tensor.
PickleRef rebuild_parameter(const PickleContext&, Arguments arguments, PickleRef) {
  return arguments.empty() ? nullptr : arguments[0];
}

/// _rebuild_from_type_v2(function, type, arguments, state): tensors of a class derived from torch.Tensor.
PickleRef rebuild_from_type(const PickleContext& context, Arguments arguments, PickleRef) {
  if (arguments.size() < 3 || !arguments[0]->get<PickleGlobal>()) return nullptr;
  // One level: the function is one of those above, so that nested calls cannot pile up.
  const auto* function = arguments[0]->get<PickleGlobal>();
  if (function->name == "_rebuild_from_type_v2") return nullptr;
  return call_global(context, arguments[0], arguments[2]);
}

/// numpy.dtype("f4", False, True); the byte order comes as its state.
PickleRef make_numpy_type(const PickleContext& context, Arguments arguments, PickleRef) {
  const auto descr = arguments.empty() ? std::nullopt : text_of(arguments[0]);
  return descr ? make(context, PickleNumpyType{*descr}) : nullptr;
}

/// _reconstruct(numpy.ndarray, (0,), b"b"), which BUILD then fills.
PickleRef make_array(const PickleContext& context, Arguments, PickleRef) {
  return make(context, PickleArray{});
}

/// _frombuffer(data, dtype, shape, order): arrays in protocol 5.
PickleRef array_from_buffer(const PickleContext& context, Arguments arguments, PickleRef tuple) {
  return arguments.size() == 4 ? make(context, PickleArray{tuple}) : nullptr;
}

/// numpy.core.multiarray.scalar(dtype, bytes).
PickleRef make_scalar(const PickleContext& context, Arguments arguments, PickleRef) {
  if (arguments.size() != 2) return nullptr;
  const auto* type = arguments[0]->get<PickleNumpyType>();
  const auto* bytes = arguments[1]->get<PickleBytes>();
  if (!type || !bytes || type->order == '>' || bytes->bytes.size() > 8) return nullptr;
  const std::string_view raw = bytes->bytes;
  const std::uint64_t bits = little_endian(raw);
  if (type->descr == "f8" && raw.size() == 8) return make(context, std::bit_cast<double>(bits));
  if (type->descr == "f4" && raw.size() == 4)
    return make(context, double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))});
  if (type->descr == "b1" && raw.size() == 1) return make(context, bits != 0);
  if (type->descr == "i8" && raw.size() == 8) return make(context, static_cast<std::int64_t>(bits));
  if (type->descr == "i4" && raw.size() == 4)
    return make(context, std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(bits))});
  return nullptr;
}

struct KnownGlobal {
  std::string_view module, name;
  Call call;
};

/// All that a pickle may call. Names as Python 2 and 3 and the versions of PyTorch and numpy have written
/// them.
constexpr KnownGlobal kKnownGlobals[] = {
    {"collections", "OrderedDict", make_dict},
    {"collections", "Counter", make_dict},
    {"collections", "defaultdict", make_default_dict},
    {"builtins", "dict", make_dict},
    {"__builtin__", "dict", make_dict},
    {"builtins", "set", same_sequence},
    {"__builtin__", "set", same_sequence},
    {"builtins", "frozenset", same_sequence},
    {"__builtin__", "frozenset", same_sequence},
    {"builtins", "list", same_sequence},
    {"__builtin__", "list", same_sequence},
    {"builtins", "tuple", same_sequence},
    {"__builtin__", "tuple", same_sequence},
    {"torch", "Size", same_sequence},
    {"_codecs", "encode", encode_latin1},
    {"builtins", "bytes", same_bytes},
    {"__builtin__", "bytes", same_bytes},
    {"builtins", "bytearray", same_bytes},
    {"__builtin__", "bytearray", same_bytes},
    {"torch._utils", "_rebuild_tensor", rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v3", rebuild_tensor_v3},
    {"torch._utils", "_rebuild_parameter", rebuild_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", rebuild_parameter},
    {"torch.nn.parameter", "Parameter", rebuild_parameter},
    {"torch._tensor", "_rebuild_from_type_v2", rebuild_from_type},
    {"numpy", "dtype", make_numpy_type},
    {"numpy.core.multiarray", "_reconstruct", make_array},
    {"numpy._core.multiarray", "_reconstruct", make_array},
    {"numpy.core.numeric", "_frombuffer", array_from_buffer},
    {"numpy._core.numeric", "_frombuffer", array_from_buffer},
    {"numpy.core.multiarray", "scalar", make_scalar},
    {"numpy._core.multiarray", "scalar", make_scalar},
};

}  // namespace

PickleRef call_global(const PickleContext& context, PickleRef callable, PickleRef arguments) {
  const auto* items = sequence_items(arguments);
  if (!items) context.input.fail("calls something with arguments that are no tuple");
  if (const auto* global = callable->get<PickleGlobal>()) {
    for (const KnownGlobal& known : kKnownGlobals) {
      if (known.name != global->name || known.module != global->module) continue;
      if (const PickleRef value = known.call(context, *items, arguments)) return value;
    }
  }
  return make(context, PickleObject{callable, arguments, nullptr});
}

void build_value(PickleRef value, PickleRef state) {
  if (auto* object = value->get<PickleObject>()) {
    object->state = state;
  } else if (auto* array = value->get<PickleArray>()) {
    array->state = state;
  } else if (auto* type = value->get<PickleNumpyType>()) {
    // (version, byte order, …)
    const auto* items = sequence_items(state);
    const auto order = items && items->size() > 1 ? text_of((*items)[1]) : std::nullopt;
    if (order && order->size() == 1) type->order = order->front();
  }
}

}  // namespace vitrobust::models
