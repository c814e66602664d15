#include "models/checkpoint/pickle_machine.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "models/checkpoint/pickle_globals.h"
#include "models/checkpoint/pickle_stack.h"

namespace vitrobust::models {
namespace {

constexpr std::uint64_t kNewestProtocol = 5;

class Machine {
 public:
  Machine(PickleInput& input, PickleArena& arena, const PersistentLoad& persistent_load)
      : input_(input), arena_(arena), persistent_load_(persistent_load), stack_(input) {}

  PickleRef run();

 private:
  using Operation = void (Machine::*)();
  struct Opcode {
    std::uint8_t code;
    Operation operation;
  };
  static const std::array<Operation, 256>& operations();

  void push(PickleRef value) { stack_.push(value); }
  template <typename T>
  void push_value(T value) {
    push(arena_.make(std::move(value), input_.name()));
  }

  // Numbers and strings.
  void proto();
  void frame();
  void none() { push(none_ ? none_ : none_ = arena_.make(PickleNone{}, input_.name())); }
  template <bool value>
  void boolean() {
    push_value(value);
  }
  template <std::size_t bytes>
  void unsigned_integer() {
    push_value(static_cast<std::int64_t>(input_.number(bytes)));
  }
  void signed_integer() { push_value(std::int64_t{static_cast<std::int32_t>(input_.number(4))}); }
  template <std::size_t length_bytes>
  void long_integer();
  void real();
  template <std::size_t length_bytes>
  void text() {
    push_value(PickleText{input_.take(input_.number(length_bytes))});
  }
  template <std::size_t length_bytes>
  void bytes() {
    push_value(PickleBytes{input_.take(input_.number(length_bytes))});
  }

  // Containers.
  void mark() { stack_.mark(); }
  void drop() { stack_.drop(); }
  void drop_to_mark() { stack_.pop_to_mark(); }
  void duplicate() { push(stack_.top()); }
  void empty_sequence() { push_value(PickleSequence{}); }
  void sequence() { push_value(PickleSequence{stack_.pop_to_mark()}); }
  template <std::size_t count>
  void tuple() {
    push_value(PickleSequence{stack_.pop(count)});
  }
  void append() { extend(stack_.pop(1)); }
  void appends() { extend(stack_.pop_to_mark()); }
  void extend(const std::vector<PickleRef>& items);
  void empty_dict() { push_value(PickleDict{}); }
  void dict();
  void set_item() { set(stack_.pop(2)); }
  void set_items() { set(stack_.pop_to_mark()); }
  void set(const std::vector<PickleRef>& items);

  // The memo.
  template <std::size_t bytes>
  void get() {
    stack_.recall(input_.number(bytes));
  }
  template <std::size_t bytes>
  void put() {
    stack_.memorize(input_.number(bytes));
  }
  void memoize() { stack_.memorize_next(); }

  // Names and calls.
  void global();
  void stack_global();
  template <std::size_t bytes>
  void extension();
  void call(PickleRef callable, PickleRef arguments) {
    push(call_global({arena_, input_}, callable, arguments));
  }
  void reduce();
  void object();
  void new_object_with_keywords();
  void build();
  void persistent_id();
  void text_protocol() { input_.fail("is of protocol 0 or 1, which no torch.save has written by itself,"); }
  void buffer() { input_.fail("needs buffers from outside of the file"); }
  void unknown() { input_.fail("has an opcode that is not known"); }

  PickleInput& input_;
  PickleArena& arena_;
  const PersistentLoad& persistent_load_;
  PickleStack stack_;
  PickleRef none_ = nullptr;
};

constexpr std::uint8_t kStop = '.';

const std::array<Machine::Operation, 256>& Machine::operations() {
  static const std::array<Operation, 256> table = [] {
    constexpr Opcode kOpcodes[] = {
        {0x80, &Machine::proto},
        {0x95, &Machine::frame},
        {'N', &Machine::none},
        {0x88, &Machine::boolean<true>},
        {0x89, &Machine::boolean<false>},
        {'K', &Machine::unsigned_integer<1>},
        {'M', &Machine::unsigned_integer<2>},
        {'J', &Machine::signed_integer},
        {0x8a, &Machine::long_integer<1>},
        {0x8b, &Machine::long_integer<4>},
        {'G', &Machine::real},
        {'U', &Machine::text<1>},  // Python 2's str: names in old files
        {'T', &Machine::text<4>},
        {0x8c, &Machine::text<1>},
        {'X', &Machine::text<4>},
        {0x8d, &Machine::text<8>},
        {'C', &Machine::bytes<1>},
        {'B', &Machine::bytes<4>},
        {0x8e, &Machine::bytes<8>},
        {0x96, &Machine::bytes<8>},
        {'(', &Machine::mark},
        {'0', &Machine::drop},
        {'1', &Machine::drop_to_mark},
        {'2', &Machine::duplicate},
        {']', &Machine::empty_sequence},
        {'l', &Machine::sequence},
        {'a', &Machine::append},
        {'e', &Machine::appends},
        {')', &Machine::empty_sequence},
        {'t', &Machine::sequence},
        {0x85, &Machine::tuple<1>},
        {0x86, &Machine::tuple<2>},
        {0x87, &Machine::tuple<3>},
        {'}', &Machine::empty_dict},
        {'d', &Machine::dict},
        {'s', &Machine::set_item},
        {'u', &Machine::set_items},
        {0x8f, &Machine::empty_sequence},
        {0x90, &Machine::appends},
        {0x91, &Machine::sequence},
        {'h', &Machine::get<1>},
        {'j', &Machine::get<4>},
        {'q', &Machine::put<1>},
        {'r', &Machine::put<4>},
        {0x94, &Machine::memoize},
        {'c', &Machine::global},
        {0x93, &Machine::stack_global},
        {0x82, &Machine::extension<1>},
        {0x83, &Machine::extension<2>},
        {0x84, &Machine::extension<4>},
        {'R', &Machine::reduce},
        {0x81, &Machine::reduce},
        {0x92, &Machine::new_object_with_keywords},
        {'o', &Machine::object},
        {'b', &Machine::build},
        {'Q', &Machine::persistent_id},
        {0x97, &Machine::buffer},
        {0x98, &Machine::buffer},
    };
    std::array<Operation, 256> all{};
    all.fill(&Machine::unknown);
    for (const char code : {'I', 'L', 'F', 'S', 'V', 'g', 'p', 'P', 'i'})
      all[static_cast<std::uint8_t>(code)] = &Machine::text_protocol;
    for (const auto& [code, operation] : kOpcodes) all[code] = operation;
    return all;
  }();
  return table;
}

PickleRef Machine::run() {
  for (;;) {
    const auto code = static_cast<std::uint8_t>(input_.number(1));
    if (code == kStop) return stack_.pop();
    (this->*operations()[code])();
  }
}

void Machine::proto() {
  const std::uint64_t protocol = input_.number(1);
  if (protocol > kNewestProtocol)
    input_.fail(fmt::format("is of protocol {}, which is not known,", protocol));
}

void Machine::frame() {
  // How far a reader may fetch ahead; this one fetches as it likes.
  input_.number(8);
}

template <std::size_t length_bytes>
void Machine::long_integer() {
  const std::string_view bytes = input_.take(input_.number(length_bytes));
  if (bytes.size() > 8) {
    push_value(PickleBytes{bytes});
    return;
  }
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  // Two's complement of as many bytes as there are.
  const bool negative = !bytes.empty() && (static_cast<std::uint8_t>(bytes.back()) & 0x80) != 0;
  if (negative && bytes.size() < 8) value |= ~std::uint64_t{0} << (8 * bytes.size());
  push_value(static_cast<std::int64_t>(value));
}

void Machine::real() {
  // The one big-endian number of pickles.
  std::uint64_t bits = 0;
  for (const char byte : input_.take(8)) bits = bits << 8 | static_cast<std::uint8_t>(byte);
  push_value(std::bit_cast<double>(bits));
}

void Machine::extend(const std::vector<PickleRef>& items) {
  PickleRef target = stack_.top();
  if (auto* sequence = target->get<PickleSequence>())
    sequence->items.insert(sequence->items.end(), items.begin(), items.end());
  else if (!target->get<PickleObject>())
    input_.fail("appends to something that is no list");
}

void Machine::dict() {
  const std::vector<PickleRef> items = stack_.pop_to_mark();
  empty_dict();
  set(items);
}

void Machine::set(const std::vector<PickleRef>& items) {
  PickleRef target = stack_.top();
  if (items.size() % 2 != 0) input_.fail("has a key without a value");
  if (auto* dict = target->get<PickleDict>()) {
    for (std::size_t i = 0; i < items.size(); i += 2) dict->items.emplace_back(items[i], items[i + 1]);
  } else if (!target->get<PickleObject>()) {
    input_.fail("sets an item of something that is no dict");
  }
}

void Machine::global() {
  const std::string_view module = input_.line();
  push_value(PickleGlobal{module, input_.line()});
}

void Machine::stack_global() {
  const auto name = text_of(stack_.pop());
  const auto module = text_of(stack_.pop());
  if (!name || !module) input_.fail("names a class by something that is no text");
  push_value(PickleGlobal{*module, *name});
}

template <std::size_t bytes>
void Machine::extension() {
  // Numbers of copyreg's registry, which only the program that wrote the file knows.
  input_.number(bytes);
  push_value(PickleGlobal{"copyreg", "extension"});
}

void Machine::reduce() {
  const std::vector<PickleRef> call_of = stack_.pop(2);
  call(call_of[0], call_of[1]);
}

void Machine::object() {
  std::vector<PickleRef> items = stack_.pop_to_mark();
  if (items.empty()) input_.fail("takes a value that is not there");
  const PickleRef callable = items.front();
  items.erase(items.begin());
  call(callable, arena_.make(PickleSequence{std::move(items)}, input_.name()));
}

void Machine::new_object_with_keywords() {
  stack_.pop();
  reduce();
}

void Machine::build() {
  const PickleRef state = stack_.pop();
  build_value(stack_.top(), state);
}

void Machine::persistent_id() {
  const PickleRef id = stack_.pop();
  push(persistent_load_(id));
}

}  // namespace

PickleRef run_pickle(PickleInput& input, PickleArena& arena, const PersistentLoad& persistent_load) {
  return Machine(input, arena, persistent_load).run();
}

}  // namespace vitrobust::models
