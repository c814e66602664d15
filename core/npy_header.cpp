#include "core/npy_header.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <utility>

#include "core/error.h"

namespace vitrobust {
namespace {

constexpr std::size_t kPreamble = 8;  // magic and version

/// The dictionary that numpy writes: a Python literal of exactly three entries.
class DictionaryParser {
 public:
  DictionaryParser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  NpyHeader parse() {
    NpyHeader header;
    bool seen[3] = {};
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !std::exchange(seen[0], true))
        header.descr = quoted();
      else if (key == "fortran_order" && !std::exchange(seen[1], true))
        header.fortran_order = boolean();
      else if (key == "shape" && !std::exchange(seen[2], true))
        header.shape = tuple();
      else
        fail("has the unexpected key '" + key + "'");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (at_ != text_.size()) fail("goes on after its dictionary");
    if (!seen[0] || !seen[1] || !seen[2]) fail("lacks descr, fortran_order or shape");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(source_, "its .npy header " + what);
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  bool accept(char wanted) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail(fmt::format("is malformed at byte {}: expected '{}'", at_, wanted));
  }

  std::string quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos)
      fail("is malformed (descr may be a structured or pickled type, which is not read)");
    std::string word(text_.substr(at_, end - at_));
    at_ = end + 1;
    return word;
  }

  bool boolean() {
    skip_spaces();
    for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {"False", false}}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    fail("has a fortran_order that is neither True nor False");
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> shape;
    std::uint64_t product = 1;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      std::uint64_t value = 0;
      const char* begin = text_.data() + at_;
      const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), value);
      if (failure != std::errc{} || shape.size() == 32) fail("has a shape that is no tuple of sizes");
      at_ += static_cast<std::size_t>(end - begin);
      // Room for values of up to eight bytes.
      if (__builtin_mul_overflow(product, value, &product) ||
          product > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 8)
        fail("has a shape with more values than a file can hold");
      shape.push_back(value);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
};

}  // namespace

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::uint64_t NpyHeader::values() const {
  std::uint64_t product = 1;
  for (const std::uint64_t side : shape) product *= side;
  return product;
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& source) {
  if (bytes.size() < kPreamble + 2 || !bytes.starts_with("\x93NUMPY"))
    throw InputError(source, "is not an .npy file", "numpy.save writes them");
  const int version = static_cast<std::uint8_t>(bytes[6]);
  if (version < 1 || version > 3)
    throw InputError(source, fmt::format("has .npy version {}, expected 1 to 3", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (bytes.size() < kPreamble + length_bytes) throw InputError(source, "is cut short in its .npy header");
  const std::uint64_t length = little_endian(bytes.substr(kPreamble, length_bytes));
  const std::size_t begin = kPreamble + length_bytes;
  if (length > kMaxNpyHeaderBytes)
    throw InputError(source, fmt::format("has an .npy header of {} bytes, at most {} are read", length,
                                         kMaxNpyHeaderBytes));
  if (bytes.size() - begin < length) throw InputError(source, "is cut short in its .npy header");
  NpyHeader header = DictionaryParser(bytes.substr(begin, length), source).parse();
  header.data_offset = begin + length;
  return header;
}

}  // namespace vitrobust
