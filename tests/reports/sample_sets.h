#pragma once

#include <string>

#include "reports/report_set.h"

namespace vitrobust::tests {

/// "standard" and "quest" on the same hundred images; with the first as the baseline and all cells paired.
reports::ReportSet sample_pair();

/// Two models of which one lacks a corruption, has a cell that failed, failed images and a warning.
reports::ReportSet troubled_pair();

/// Two models whose names, warnings, notes and errors try to be markup, LaTeX, formulas and escape sequences.
reports::ReportSet hostile_pair();

/// A PNG of one pixel.
std::string tiny_png();

}  // namespace vitrobust::tests
