#pragma once

#include <span>
#include <string>

#include "reports/view.h"

namespace vitrobust::reports {

/// What a reader calls a condition: "fog", "pgd linf eps=8/255". Of an attack the norm and the radius are
/// always named; further parameters only where the rows `among` which it stands differ in them.
/// The severity of a corruption is left to severity_of().
std::string condition_label(const RowView& row, std::span<const RowView* const> among);

/// The label of a report's cell among the cells of that report, its severity included; the id, made
/// printable, when the report has no such row.
std::string cell_label(const ReportView& view, const std::string& id);

/// The cells that an aggregate leaves out: "fog 3", "fog 3 and 2 more". @param aggregate leaves some out
std::string left_out_label(const ReportView& view, const AggregateView& aggregate);

/// The severity of a corruption row, as text; empty where it has none.
std::string severity_of(const RowView& row);

}  // namespace vitrobust::reports
