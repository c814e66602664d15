#include "core/small_integers.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.h"

namespace vitrobust {
namespace {

/// What each byte is worth.
struct Digits {
  /// Up to eight digits of each byte.
  std::array<std::array<std::uint8_t, 8>, 256> of;
  /// How many of them count: none of a byte that is rejected.
  std::array<std::uint8_t, 256> count;
  std::size_t per_byte;
  /// As with a power of two: where a byte's digits go does not depend on the bytes before.
  bool rejects_none;
};

Digits digits_to_the_base(std::uint32_t bound) {
  Digits digits{};
  std::uint32_t power = bound;
  for (digits.per_byte = 1; power * bound <= 256; ++digits.per_byte) power *= bound;
  const std::uint32_t accepted = 256 - 256 % power;
  digits.rejects_none = accepted == 256;
  for (std::uint32_t byte = 0; byte < accepted; ++byte) {
    std::uint32_t rest = byte;
    for (std::size_t i = 0; i < digits.per_byte; ++i, rest /= bound)
      digits.of[byte][i] = static_cast<std::uint8_t>(rest % bound);
    digits.count[byte] = static_cast<std::uint8_t>(digits.per_byte);
  }
  return digits;
}

template <std::size_t PerByte>
void write_digits(const Digits& digits, std::span<const std::uint64_t> words, std::uint8_t* out) {
  for (const std::uint64_t word : words) {
    for (int shift = 0; shift < 64; shift += 8, out += PerByte)
      std::memcpy(out, digits.of[static_cast<std::uint8_t>(word >> shift)].data(), PerByte);
  }
}

/// Every digit of every byte; there is room for all.
void write_all(const Digits& digits, std::span<const std::uint64_t> words, std::uint8_t* out) {
  switch (digits.per_byte) {
    case 8:
      return write_digits<8>(digits, words, out);
    case 4:
      return write_digits<4>(digits, words, out);
    case 2:
      return write_digits<2>(digits, words, out);
    default:
      return write_digits<1>(digits, words, out);
  }
}

}  // namespace

void fill_integers(RandomSource& random, std::uint32_t bound, std::span<std::uint8_t> out) {
  if (bound == 0 || bound > 256) throw InternalError("small random integers have a bound of 1 to 256");
  if (!random.fill_words({})) {
    for (std::uint8_t& value : out) value = static_cast<std::uint8_t>(random.integer(bound));
    return;
  }
  if (bound == 1) return std::fill(out.begin(), out.end(), std::uint8_t{0});
  const Digits digits = digits_to_the_base(bound);
  std::array<std::uint64_t, 256> words{};
  std::size_t at = 0;
  while (at < out.size()) {
    // Never more words than are needed if no byte is rejected, so that the pieces leave no trace.
    const std::size_t per_word = 8 * digits.per_byte;
    const std::size_t needed = std::min(words.size(), (out.size() - at + per_word - 1) / per_word);
    random.fill_words(std::span(words).first(needed));
    if (digits.rejects_none && out.size() - at >= needed * per_word) {
      write_all(digits, std::span(words).first(needed), out.data() + at);
      at += needed * per_word;
      continue;
    }
    for (std::size_t i = 0; i < needed; ++i) {
      for (int shift = 0; shift < 64; shift += 8) {
        const auto byte = static_cast<std::uint8_t>(words[i] >> shift);
        if (out.size() - at >= 8) {  // all eight are written, the next ones over those that do not count
          std::memcpy(out.data() + at, digits.of[byte].data(), 8);
          at += digits.count[byte];
        } else {
          for (std::size_t k = 0; k < digits.count[byte] && at < out.size(); ++k)
            out[at++] = digits.of[byte][k];
        }
      }
    }
  }
}

}  // namespace vitrobust
