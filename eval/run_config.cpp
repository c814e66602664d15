#include "eval/run_config.h"

namespace vitrobust::eval {

Json make_run_config(const RunSetup& setup) {
  Json conditions = Json::array();
  for (const PlannedCell& cell : setup.plan) conditions.push_back(cell.cell.id);
  Json config = {
      {"seed", setup.seed},
      {"precision", setup.precision},
      {"samples", setup.samples},
      {"corruptions", setup.corruptions.to_json()},
      {"lanes", setup.lanes},
      {"kernels", setup.kernels},
      {"model", {{"sha256", setup.model.sha256}, {"options", setup.model.options.to_json()}}},
      {"preprocess", setup.model.preprocess.to_json()},
      {"dataset", {{"layout", setup.dataset.info().layout}, {"fingerprint", setup.dataset_fingerprint}}},
      {"conditions", conditions},
  };
  if (!setup.search_kernels.empty()) config["search_kernels"] = setup.search_kernels;
  return config;
}

Json make_dataset_block(const RunSetup& setup) {
  const data::DatasetInfo& info = setup.dataset.info();
  return {
      {"spec", info.spec},
      {"layout", info.layout},
      {"n_total", setup.dataset.size()},
      {"n_evaluated", setup.samples},
      {"fingerprint", setup.dataset_fingerprint},
      {"classes", info.class_names.size()},
      {"class_order", info.class_names},
  };
}

}  // namespace vitrobust::eval
