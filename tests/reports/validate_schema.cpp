#include "tests/reports/validate_schema.h"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace vitrobust::tests {
namespace {

/// The validator reads JSON whose keys are sorted.
nlohmann::json sorted(const Json& json) {
  return nlohmann::json::parse(dump_json(json));
}

}  // namespace

std::vector<std::string> schema_errors(const Json& report) {
  using Adapter = valijson::adapters::NlohmannJsonAdapter;
  const nlohmann::json schema_document = sorted(read_json(VITROBUST_REPORT_SCHEMA));
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(Adapter(schema_document), schema);
  // Strong types: "1" is not 1.
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  const nlohmann::json document = sorted(report);
  std::vector<std::string> errors;
  if (validator.validate(schema, Adapter(document), &results)) return errors;
  for (const auto& error : results) {
    std::string where;
    for (const std::string& step : error.context) where += step;
    errors.push_back(where + ": " + error.description);
  }
  if (errors.empty()) errors.emplace_back("the report does not fit the schema");
  return errors;
}

}  // namespace vitrobust::tests
