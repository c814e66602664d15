#include "models/checkpoint/pickled_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "models/checkpoint/tensor_bounds.h"

namespace vitrobust::models {
namespace {

/// More than check_tensor() allows, so that it is the one to say so.
constexpr std::size_t kMostSizes = 100;

std::optional<std::vector<std::int64_t>> integers_of(const PickleValue* value) {
  const auto* items = sequence_items(value);
  if (!items) return std::nullopt;
  std::vector<std::int64_t> integers;
  for (std::size_t i = 0; i < std::min(items->size(), kMostSizes); ++i) {
    const auto integer = integer_of((*items)[i]);
    if (!integer) return std::nullopt;
    integers.push_back(*integer);
  }
  return integers;
}

/// numpy's state of an array, in whichever form it was written.
struct ArrayState {
  const PickleValue* shape = nullptr;
  const PickleNumpyType* type = nullptr;
  bool fortran = false;
  const PickleValue* data = nullptr;
};

std::optional<ArrayState> state_of(const PickleArray& array) {
  const auto* items = sequence_items(array.state);
  if (!items || items->size() < 4) return std::nullopt;
  const auto is_true = [](const PickleValue* value) { return value->get<bool>() && *value->get<bool>(); };
  ArrayState state;
  if (items->size() >= 5) {  // __setstate__: (version, shape, dtype, Fortran order, data)
    state = {(*items)[1], (*items)[2]->get<PickleNumpyType>(), is_true((*items)[3]), (*items)[4]};
  } else if ((*items)[0]->get<PickleBytes>()) {  // _frombuffer: (data, dtype, shape, order)
    state = {(*items)[2], (*items)[1]->get<PickleNumpyType>(), text_of((*items)[3]) == "F", (*items)[0]};
  }
  if (!state.type || !state.shape) return std::nullopt;
  return state;
}

}  // namespace

void PickledTensors::add(const std::string& name, const PickleValue& value) {
  if (const auto* tensor = value.get<PickleTensor>())
    add_tensor(name, *tensor);
  else if (const auto* array = value.get<PickleArray>())
    add_array(name, *array);
  else if (value.get<PickleObject>())
    catalogue_.unreadable.emplace(name,
                                  fmt::format("is an object of {}, which is not read", class_name(&value)));
}

void PickledTensors::add_tensor(const std::string& name, const PickleTensor& tensor) {
  const std::string& source = catalogue_.sources.front()->name();
  const std::string label = fmt::format("tensor '{}'", printable_name(name));
  const auto& arguments = *sequence_items(tensor.arguments);
  const auto& view = *arguments[0]->get<PickleStorageView>();
  ClaimedTensor claimed;
  claimed.type = view.type;
  if (tensor.names_dtype) {
    const auto* dtype = arguments[6]->get<PickleGlobal>();
    claimed.type = dtype && dtype->module == "torch" ? element_type_of_dtype(dtype->name) : nullptr;
  } else if (arguments.size() > 6 && arguments[6]->get<PickleDict>() &&
             !arguments[6]->get<PickleDict>()->items.empty()) {
    catalogue_.unreadable.emplace(name, "is a conjugate or negative view, which is not read");
    return;
  }
  if (!claimed.type) {
    catalogue_.unreadable.emplace(name, "has elements of a type that is not read");
    return;
  }
  const auto offset = integer_of(arguments[1]);
  const auto shape = integers_of(arguments[2]);
  const auto strides = integers_of(arguments[3]);
  if (!offset || !shape || !strides || shape->size() != strides->size())
    throw InputError(source, label + " has an offset, a shape or strides that are malformed");
  claimed.storage_offset = *offset;
  claimed.shape = *shape;
  claimed.strides = *strides;
  TensorEntry entry = check_tensor(claimed, view.bytes, catalogue_.sources.front()->size(), source, label);
  entry.name = name;
  entry.offset += view.offset;
  if (entry.bytes != 0) entry.offset += locate_(arena_.storages[view.storage]);
  catalogue_.tensors.push_back(std::move(entry));
}

void PickledTensors::add_array(const std::string& name, const PickleArray& array) {
  const auto state = state_of(array);
  const auto* bytes = state ? state->data->get<PickleBytes>() : nullptr;
  const auto* text = state ? state->data->get<PickleText>() : nullptr;  // Python 2's str
  ClaimedTensor claimed;
  claimed.type = state ? element_type_of_numpy(state->type->descr) : nullptr;
  if (!claimed.type || (!bytes && !text) || state->type->order == '>') {
    catalogue_.unreadable.emplace(name, "is a numpy array of a kind that is not read");
    return;
  }
  const std::string label = fmt::format("array '{}'", printable_name(name));
  const std::string& source = catalogue_.sources.front()->name();
  const auto shape = integers_of(state->shape);
  if (!shape) throw InputError(source, label + " has a shape that is malformed");
  claimed.shape = *shape;
  const std::string_view data = bytes ? bytes->bytes : text->text;
  TensorEntry entry = check_tensor(claimed, data.size(), data.size(), source, label);
  if (entry.bytes != data.size())
    throw InputError(source, fmt::format("{} of shape {} takes {} bytes, but has {}", label,
                                         shape_text(claimed.shape), entry.bytes, data.size()));
  if (state->fortran) {
    claimed.strides = fortran_strides(claimed.shape);
    entry = check_tensor(claimed, data.size(), data.size(), source, label);
  }
  entry.name = name;
  entry.source = source_of(data);
  catalogue_.tensors.push_back(std::move(entry));
}

std::size_t PickledTensors::source_of(std::string_view bytes) {
  const auto [place, fresh] = sources_.try_emplace(bytes.data(), catalogue_.sources.size());
  if (fresh)
    catalogue_.sources.push_back(make_memory_source(catalogue_.sources.front()->name(),
                                                    std::vector<std::uint8_t>(bytes.begin(), bytes.end())));
  return place->second;
}

}  // namespace vitrobust::models
