#include "eval/judged_runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/names.h"
#include "core/terminal.h"

namespace vitrobust::eval {
namespace {

/// A name that every format can say: valid UTF-8 without control characters.
std::string sayable(const std::string& name) {
  const Json replaced = Json::parse(Json(name).dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::string text = printable(replaced.get<std::string>());
  return text.empty() ? "?" : text;
}

std::vector<std::string> names_of(const std::deque<RunSource>& sources) {
  std::vector<std::string> names;
  for (const RunSource& source : sources) {
    const auto same = std::ranges::count_if(
        sources, [&](const RunSource& other) { return other.view().model == source.view().model; });
    names.push_back(sayable(same == 1 ? source.view().model : source.path()));
  }
  // One run given twice, or names that differed in what cannot be said.
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = names[i];
    for (int copy = 2; std::count(names.begin(), names.end(), names[i]) > 1; ++copy)
      names[i] = fmt::format("{} ({})", name, copy);
  }
  return names;
}

}  // namespace

JudgedRuns::JudgedRuns(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) sources_.emplace_back(path);
  const std::vector<std::string> names = names_of(sources_);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const RunSource& source = sources_[i];
    runs_.push_back({.name = names[i], .report = source.report(), .view = source.view(), .outcomes = {}});
    if (source.has_outcomes())
      runs_.back().outcomes = [&source](const reports::RowView& row) { return source.outcomes(row); };
  }
}

std::size_t JudgedRuns::find(const std::string& wanted) const {
  std::vector<std::size_t> found;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    names.push_back(runs_[i].name);
    if (sources_[i].path() == wanted || sources_[i].view().model == wanted || runs_[i].name == wanted)
      found.push_back(i);
  }
  if (found.empty())
    throw UsageError(fmt::format("none of the runs is '{}'", wanted), unknown_name_hint(wanted, names));
  if (found.size() > 1)
    throw UsageError(fmt::format("{} of the runs are '{}'", found.size(), wanted), "name it by its path");
  return found.front();
}

}  // namespace vitrobust::eval
