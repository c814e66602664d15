#include "tests/eval/run_folder.h"

#include "core/files.h"
#include "core/sha256.h"
#include "eval/run_store.h"

namespace vitrobust::tests {

Json run_config(const std::string& model, const std::vector<SampleCell>& cells) {
  Json conditions = Json::array();
  for (const SampleCell& cell : cells) conditions.push_back(cell.cell.id);
  return {{"seed", 0},
          {"precision", "fp32"},
          {"samples", cells.front().cell.n_planned.value_or(0)},
          {"corruptions", {{"flavour", "hendrycks"}, {"parameters", "imagenet"}, {"protocol", "memory"}}},
          {"lanes", 1},
          {"model", {{"sha256", sha256_hex(model)}, {"options", {{"attention", "standard"}}}}},
          {"preprocess", {{"crop_pct", 0.9}, {"mean", {0.5, 0.5, 0.5}}}},
          {"dataset", {{"layout", "glyphs"}, {"fingerprint", "sha256:" + sha256_hex("glyphs")}}},
          {"conditions", conditions}};
}

Json run_report(const std::string& model, const std::vector<SampleCell>& cells) {
  Json report = report_of(model, cells);
  report["config"] = run_config(model, cells);
  report["config_hash"] = "sha256:" + sha256_hex(dump_json(report["config"]));
  return report;
}

void write_run(const std::string& folder, const std::vector<SampleCell>& cells, const Json& report) {
  make_writable_folder(folder);
  Json stored = report.at("config");
  // Where a run wrote arrays is part of its store, not of its report.
  stored["save_inputs"] = "";
  eval::RunStore store(folder, stored);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    store.commit(i, cells[i].outcomes, 1);
    if (!cells[i].cell.error.empty()) store.set_cell_error(i, cells[i].cell.error);
  }
  write_file_atomically(folder + "/report.json", dump_json(report));
}

}  // namespace vitrobust::tests
