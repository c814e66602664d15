#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/files.h"
#include "reports/formats/format.h"
#include "reports/formats/latex_text.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/sample_sets.h"
#include "tests/temporary_folder.h"

namespace vitrobust::reports {
namespace {

using ::testing::HasSubstr;

TEST(LatexText, SpecialsAreEscaped) {
  EXPECT_EQ(latex_text("a_b & 50 % of $x^2 #1 {~} \\n"),
            "a\\_b \\& 50 \\% of \\$x\\textasciicircum{}2 \\#1 \\{\\textasciitilde{}\\} \\textbackslash{}n");
  EXPECT_EQ(latex_text("[x]*"), "{[}x{]}{*}");
  EXPECT_EQ(latex_text("Müller – 日\033[m"), "Müller -- ??{[}m");
  EXPECT_EQ(latex_text("\xC3"), "?");
}

/// Whether pdflatex makes a page of a document that takes the fragment in; its log where it does not.
std::string compile(const std::string& fragment, const std::string& packages) {
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "table.tex", fragment);
  write_file_atomically(folder / "main.tex", "\\documentclass{article}\n\\usepackage{" + packages +
                                                 "}\n\\begin{document}\n\\input{table}\n\\end{document}\n");
  const std::string command =
      "cd " + folder.path() +
      " && pdflatex -no-shell-escape -interaction=nonstopmode -halt-on-error main.tex "
      ">/dev/null 2>&1";
  if (std::system(command.c_str()) == 0) return {};
  const std::string log = read_file(folder / "main.log", std::size_t{1} << 20);
  return log.substr(log.find("\n!"), 600);
}

TEST(Latex, Compiles) {
  if (std::system("pdflatex --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "pdflatex is not installed";
  if (std::system("kpsewhich booktabs.sty >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "LaTeX has no booktabs here";
  for (const TableLayout& layout : table_layouts()) {
    for (const ReportSet& set : {tests::sample_pair(), tests::troubled_pair(), tests::hostile_pair()})
      EXPECT_EQ(compile(render_latex(set, {.layout = layout}), "booktabs"), "") << layout.name;
  }
}

TEST(Latex, ManyLinesBecomeALongTable) {
  auto cells = tests::sample_cells(20, 0.03);
  for (int eps = 1; eps <= 40; ++eps) {
    const reports::Cell cell = tests::attack_cell("pgd", std::to_string(eps) + "/1000", 20);
    cells.push_back({cell, {tests::attacked_outcome(0, true, true)}});
  }
  const ReportSet set = make_report_set({{tests::report_of("standard", cells), "a"}});
  const std::string text = render_latex(set, {.layout = find_layout("models-conditions")});
  EXPECT_THAT(text, HasSubstr("\\begin{longtable}"));
  if (std::system("kpsewhich booktabs.sty longtable.sty >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "pdflatex with booktabs and longtable is not installed";
  EXPECT_EQ(compile(text, "booktabs,longtable"), "");
}

}  // namespace
}  // namespace vitrobust::reports
