#include "models/checkpoint/pickle_machine.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <iterator>
#include <span>

#include "models/checkpoint/pickle_globals.h"

namespace vitrobust::models {
namespace {

constexpr std::uint64_t kNewestProtocol = 5;
/// Of the stack, the marks and the memo; one byte of a pickle can grow them by one.
constexpr std::size_t kMaxDepth = std::size_t{1} << 24;

class Machine {
 public:
  Machine(PickleInput& input, PickleArena& arena, const PersistentLoad& persistent_load)
      : input_(input), arena_(arena), persistent_load_(persistent_load) {}

  PickleRef run();

 private:
  using Operation = void (Machine::*)();
  struct Opcode {
    std::uint8_t code;
    Operation operation;
  };
  static const std::array<Operation, 256>& operations();

  // The stack, which ends below at the last mark.
  void push(PickleRef value) {
    if (stack_.size() >= kMaxDepth) input_.fail("piles up more than any checkpoint");
    stack_.push_back(value);
  }
  template <typename T>
  void push_value(T value) {
    push(arena_.make(std::move(value), input_.name()));
  }
  PickleRef& top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) input_.fail("takes a value that is not there");
    return stack_.back();
  }
  PickleRef pop() {
    const PickleRef value = top();
    stack_.pop_back();
    return value;
  }
  /// The values since the last mark, which goes away with them.
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) input_.fail("lacks a mark");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }
  std::vector<PickleRef> pop_values(std::size_t count) {
    std::vector<PickleRef> values(count);
    for (std::size_t i = count; i-- > 0;) values[i] = pop();
    return values;
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
  void mark();
  void drop();
  void drop_to_mark() { pop_to_mark(); }
  void duplicate() { push(top()); }
  void empty_sequence() { push_value(PickleSequence{}); }
  void sequence() { push_value(PickleSequence{pop_to_mark()}); }
  template <std::size_t count>
  void tuple() {
    push_value(PickleSequence{pop_values(count)});
  }
  void append() { extend(pop_values(1)); }
  void appends() { extend(pop_to_mark()); }
  void extend(const std::vector<PickleRef>& items);
  void empty_dict() { push_value(PickleDict{}); }
  void dict();
  void set_item() { set(pop_values(2)); }
  void set_items() { set(pop_to_mark()); }
  void set(const std::vector<PickleRef>& items);

  // The memo.
  template <std::size_t bytes>
  void get();
  template <std::size_t bytes>
  void put() {
    memorize(input_.number(bytes));
  }
  void memoize() { memorize(memo_.size()); }
  void memorize(std::uint64_t index);

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
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleRef> memo_;
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
    if (code == kStop) return pop();
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

void Machine::mark() {
  if (marks_.size() >= kMaxDepth) input_.fail("piles up more than any checkpoint");
  marks_.push_back(stack_.size());
}

void Machine::drop() {
  // A mark on top is what goes away then.
  if (!marks_.empty() && marks_.back() == stack_.size())
    marks_.pop_back();
  else
    pop();
}

void Machine::extend(const std::vector<PickleRef>& items) {
  PickleRef target = top();
  if (auto* sequence = target->get<PickleSequence>())
    sequence->items.insert(sequence->items.end(), items.begin(), items.end());
  else if (!target->get<PickleObject>())
    input_.fail("appends to something that is no list");
}

void Machine::dict() {
  const std::vector<PickleRef> items = pop_to_mark();
  empty_dict();
  set(items);
}

void Machine::set(const std::vector<PickleRef>& items) {
  PickleRef target = top();
  if (items.size() % 2 != 0) input_.fail("has a key without a value");
  if (auto* dict = target->get<PickleDict>()) {
    for (std::size_t i = 0; i < items.size(); i += 2) dict->items.emplace_back(items[i], items[i + 1]);
  } else if (!target->get<PickleObject>()) {
    input_.fail("sets an item of something that is no dict");
  }
}

template <std::size_t bytes>
void Machine::get() {
  const auto found = memo_.find(input_.number(bytes));
  if (found == memo_.end()) input_.fail("recalls what it has not memorized");
  push(found->second);
}

void Machine::memorize(std::uint64_t index) {
  if (memo_.size() >= kMaxDepth) input_.fail("piles up more than any checkpoint");
  memo_[index] = top();
}

void Machine::global() {
  const std::string_view module = input_.line();
  push_value(PickleGlobal{module, input_.line()});
}

void Machine::stack_global() {
  const auto name = text_of(pop());
  const auto module = text_of(pop());
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
  const std::vector<PickleRef> call_of = pop_values(2);
  call(call_of[0], call_of[1]);
}

void Machine::object() {
  std::vector<PickleRef> items = pop_to_mark();
  if (items.empty()) input_.fail("takes a value that is not there");
  const PickleRef callable = items.front();
  items.erase(items.begin());
  call(callable, arena_.make(PickleSequence{std::move(items)}, input_.name()));
}

void Machine::new_object_with_keywords() {
  pop();
  reduce();
}

void Machine::build() {
  const PickleRef state = pop();
  build_value(top(), state);
}

void Machine::persistent_id() {
  const PickleRef id = pop();
  push(persistent_load_(id));
}

}  // namespace

PickleRef run_pickle(PickleInput& input, PickleArena& arena, const PersistentLoad& persistent_load) {
  return Machine(input, arena, persistent_load).run();
}

}  // namespace vitrobust::models
