#include "reports/compare_formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "reports/compare_words.h"
#include "reports/text_layout.h"
#include "reports/text_table.h"

namespace vitrobust::reports {
namespace {

/// Cells whose flipped samples are listed, and samples listed of each.
constexpr std::size_t kCellsListed = 3;
constexpr std::size_t kSamplesListed = 6;

std::string p_header(const Comparison& comparison) {
  switch (comparison.settings.correction) {
    case Correction::holm:
      return "p (Holm)";
    case Correction::benjamini_hochberg:
      return "p (BH)";
    case Correction::none:
      return "p";
  }
  return "p";
}

/// "p=0.004" without the "p=", which the header says.
std::string bare_p(double p) {
  const std::string text = p_text(p);
  return text.starts_with("p=") ? text.substr(2) : text.substr(1);
}

TextTable cells_table(const Comparison& comparison) {
  TextTable table{.header = {"", comparison.first, comparison.second, "Δ pp", "95 % CI"}, .rows = {}};
  if (comparison.paired) table.header.insert(table.header.end(), {"broken", "righted"});
  table.header.push_back(p_header(comparison));
  for (const CellComparison& cell : comparison.cells) {
    if (!cell.not_compared.empty()) continue;
    const auto accuracy = [](const Share& share) {
      return percent_text(static_cast<double>(share.correct) / static_cast<double>(share.n));
    };
    std::vector<std::string> row = {cell.label, accuracy(cell.first), accuracy(cell.second),
                                    points_text(cell.difference), points_text(cell.ci95)};
    if (comparison.paired) {
      row.push_back(count_text(cell.pairing.counts.only_first));
      row.push_back(count_text(cell.pairing.counts.only_second));
    }
    row.push_back(bare_p(cell.p_adjusted) + (comparison.is_finding(cell) ? "*" : " "));
    table.rows.push_back(std::move(row));
  }
  return table;
}

TextTable aggregates_table(const Comparison& comparison) {
  TextTable table{.header = {"over images, all conditions together", comparison.first, comparison.second,
                             "Δ pp", "95 % CI", "images"},
                  .rows = {}};
  for (const AggregateComparison& aggregate : comparison.aggregates) {
    if (!is_headline(aggregate)) continue;
    table.rows.push_back(
        {aggregate_label(aggregate.id) + (aggregate.lower_is_better ? " (lower is better)" : ""),
         percent_text(aggregate.first), percent_text(aggregate.second), points_text(aggregate.difference),
         aggregate.ci95 ? points_text(*aggregate.ci95) : "none differs", count_text(aggregate.n)});
  }
  return table;
}

/// The cells whose flipped samples are worth listing: the findings, or else those with the most flips.
std::vector<const CellComparison*> listed_cells(const Comparison& comparison) {
  std::vector<const CellComparison*> cells;
  for (const CellComparison& cell : comparison.cells)
    if (cell.paired && cell.pairing.counts.discordant() > 0) cells.push_back(&cell);
  std::ranges::stable_sort(cells, [&](const CellComparison* a, const CellComparison* b) {
    const auto rank = [&](const CellComparison* cell) {
      return std::pair(comparison.is_finding(*cell) ? 0 : 1, ~cell->pairing.counts.discordant());
    };
    return rank(a) < rank(b);
  });
  if (cells.size() > kCellsListed) cells.resize(kCellsListed);
  return cells;
}

std::vector<std::string> flip_lines(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const CellComparison* cell : listed_cells(comparison)) {
    for (const auto& [word, flips] : {std::pair{"newly broken", &cell->pairing.newly_broken},
                                      std::pair{"newly right", &cell->pairing.newly_right}})
      if (!flips->empty())
        lines.push_back(
            fmt::format("{} on {}: sample {}", word, cell->label, flips_text(*flips, kSamplesListed)));
  }
  return lines;
}

/// What the columns mean.
std::string legend(const Comparison& comparison) {
  if (!comparison.paired) return "Δ pp: percentage points, second less first; *: beyond chance";
  return fmt::format(
      "Δ pp: percentage points, {} less {}; broken: samples right in {} and wrong in {}, righted: the "
      "reverse; "
      "*: beyond chance",
      comparison.second, comparison.first, comparison.first, comparison.second);
}

/// Everything that is said below the tables, but for the flipped samples.
std::vector<std::string> remarks(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const CellComparison& cell : comparison.cells)
    if (!cell.not_compared.empty())
      lines.push_back(fmt::format("{} is not compared: {}", cell.label, cell.not_compared));
  for (const auto& [name, ids] : {std::pair{&comparison.first, &comparison.only_first},
                                  std::pair{&comparison.second, &comparison.only_second}})
    if (!ids->empty())
      lines.push_back(printable(fmt::format("only in {}: {}", *name, fmt::join(*ids, ", "))));
  for (const std::string& note : comparison.notes) lines.push_back("note: " + note);
  return lines;
}

std::string console_of(const Comparison& comparison, const Terminal& terminal) {
  const auto width = static_cast<std::size_t>(std::max(40, terminal.width));
  std::string text =
      fmt::format("{} compared with {}: {}\n\n", comparison.second, comparison.first, scope_text(comparison));
  const TextTable cells = cells_table(comparison);
  if (!cells.rows.empty()) text += aligned(cells) + "\n";
  const TextTable aggregates = aggregates_table(comparison);
  if (!aggregates.rows.empty()) text += aligned(aggregates) + "\n";
  const auto add = [&](const std::string& line) {
    for (const std::string& part : wrap(line, width, 2)) text += part + "\n";
  };
  add(legend(comparison));
  text += "\n";
  for (const CellComparison& cell : comparison.cells)
    if (comparison.is_finding(cell))
      text += styled(terminal, cell.difference > 0 ? Style::green : Style::red,
                     finding_sentence(comparison, cell)) +
              "\n";
  for (const std::string& sentence : {nothing_found_sentence(comparison), power_sentence(comparison)})
    if (!sentence.empty()) add(sentence);
  const std::vector<std::string> flips = flip_lines(comparison);
  if (!flips.empty()) text += "\n";
  for (const std::string& line : flips) add(line);
  const std::vector<std::string> below = remarks(comparison);
  if (!below.empty()) text += "\n";
  for (const std::string& line : below) add(line);
  return text;
}

std::string markdown_of(const Comparison& comparison) {
  std::string text = fmt::format("## {} compared with {}\n\n{}.\n\n", markdown_text(comparison.second),
                                 markdown_text(comparison.first), scope_text(comparison));
  const TextTable cells = cells_table(comparison);
  if (!cells.rows.empty()) text += markdown(cells) + "\n";
  const TextTable aggregates = aggregates_table(comparison);
  if (!aggregates.rows.empty()) text += markdown(aggregates) + "\n";
  const auto add = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
      if (!line.empty()) text += "- " + markdown_text(line) + "\n";
  };
  for (const CellComparison& cell : comparison.cells)
    if (comparison.is_finding(cell)) add({finding_sentence(comparison, cell)});
  add({nothing_found_sentence(comparison), power_sentence(comparison), legend(comparison)});
  add(flip_lines(comparison));
  add(remarks(comparison));
  return text;
}

std::string render_console(std::span<const Comparison> comparisons, std::span<const SeedGroup> seeds,
                           const Terminal& terminal) {
  std::string text;
  for (const Comparison& comparison : comparisons)
    text += (text.empty() ? "" : "\n\n") + console_of(comparison, terminal);
  return text + seed_console(seeds);
}

std::string render_markdown(std::span<const Comparison> comparisons, std::span<const SeedGroup> seeds,
                            const Terminal&) {
  std::string text;
  for (const Comparison& comparison : comparisons)
    text += (text.empty() ? "" : "\n") + markdown_of(comparison);
  return text + seed_markdown(seeds);
}

std::string render_json(std::span<const Comparison> comparisons, std::span<const SeedGroup> seeds,
                        const Terminal&) {
  Json list = Json::array();
  for (const Comparison& comparison : comparisons) list.push_back(comparison_json(comparison));
  return dump_json(
      {{"schema_version", 1}, {"comparisons", std::move(list)}, {"seed_spread", seed_json(seeds)}});
}

constexpr std::array<CompareFormat, 3> kFormats = {
    {{"console", "tables and sentences for people", render_console},
     {"markdown", "the same for a pull request or a page", render_markdown},
     {"json", "everything, every flipped sample included", render_json}}};

}  // namespace

std::span<const CompareFormat> compare_formats() {
  return kFormats;
}

}  // namespace vitrobust::reports
