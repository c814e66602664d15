#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/run_data.h"
#include "reports/seeds.h"

namespace vitrobust::reports {

/// One model under several seeds, cell by cell.
struct SeedGroup {
  struct Row {
    std::string id;
    std::string label;
    SeedSpread spread;
  };
  std::string name;                ///< of the model
  std::vector<std::string> seeds;  ///< as the runs' configurations have them
  std::vector<Row> rows;           ///< cells that all its runs have outcomes of
};

/// Those runs that differ in nothing but the seed, group by group; groups of one seed are left out, and runs
/// without outcomes. Reads one cell of a group at a time.
/// @param runs comparable with each other (reports/comparability.h)
std::vector<SeedGroup> seed_groups(std::span<const RunData> runs);

/// The groups as a table for people, as Markdown and as JSON.
std::string seed_console(std::span<const SeedGroup> groups);
std::string seed_markdown(std::span<const SeedGroup> groups);
Json seed_json(std::span<const SeedGroup> groups);

}  // namespace vitrobust::reports
