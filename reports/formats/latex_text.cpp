#include "reports/formats/latex_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/terminal.h"

namespace vitrobust::reports {
namespace {

struct Replacement {
  std::string_view text;
  std::string_view latex;
};
/// `[` and `*` mean something behind the `\\` of the line above.
constexpr std::array<Replacement, 32> kReplacements = {{
    {"\\", "\\textbackslash{}"},
    {"&", "\\&"},
    {"%", "\\%"},
    {"$", "\\$"},
    {"#", "\\#"},
    {"_", "\\_"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"\"", "''"},
    {"`", "{}`{}"},
    {"[", "{[}"},
    {"]", "{]}"},
    {"*", "{*}"},
    {"–", "--"},
    {"−", "$-$"},
    {"…", "\\ldots{}"},
    {"≤", "$\\leq$"},
    {"≥", "$\\geq$"},
    {"↓", "$\\downarrow$"},
    {"↑", "$\\uparrow$"},
    {"▲", "$^{+}$"},
    {"▼", "$^{-}$"},
    {"×", "$\\times$"},
    {"±", "$\\pm$"},
    {"ε", "$\\varepsilon$"},
    {"Δ", "$\\Delta$"},
    {"µ", "$\\mu$"},
}};

/// Bytes of the UTF-8 character that begins here.
std::size_t length_at(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
  return length;
}

/// The accented letters of Latin-1 but Ð ð Þ þ, which need fonts that not every document loads.
bool is_accented_letter(std::string_view character) {
  if (character.size() != 2 || character[0] != '\xC3') return false;
  const auto second = static_cast<unsigned char>(character[1]);
  return second != 0x90 && second != 0xB0 && second != 0x9E && second != 0xBE && second != 0x97 &&
         second != 0xB7;
}

}  // namespace

std::string latex_text(std::string_view text) {
  const std::string safe = printable(text);
  std::string latex;
  for (std::string_view rest = safe; !rest.empty();) {
    const std::string_view character = rest.substr(0, length_at(rest));
    rest.remove_prefix(character.size());
    const auto found = std::ranges::find(kReplacements, character, &Replacement::text);
    if (found != kReplacements.end())
      latex += found->latex;
    else if ((character.size() == 1 && static_cast<unsigned char>(character[0]) < 0x80) ||
             is_accented_letter(character))
      latex += character;
    else
      latex += '?';
  }
  return latex;
}

}  // namespace vitrobust::reports
