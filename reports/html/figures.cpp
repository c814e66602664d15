// The table of every figure.
#include <fmt/format.h>

#include "reports/html/markup.h"
#include "reports/html/sections.h"
#include "reports/table.h"

namespace vitrobust::reports::html {
namespace {

std::string notes_of(const TableFigure& figure) {
  std::string text;
  for (const std::size_t number : figure.footnotes)
    text += fmt::format("{}<a href=\"#note-{}\">{}</a>", text.empty() ? "" : ", ", number, number);
  return text.empty() ? text : "<sup>" + text + "</sup>";
}

std::string figure_cell(const TableFigure& figure) {
  if (!figure.value) return "<td data-v=\"\">–" + notes_of(figure) + "</td>";
  std::string text = figure_text(*figure.value);
  if (figure.best) text = "<strong>" + text + "</strong>";
  if (figure.mark == Mark::better) text += "<span class=\"better\"> ▲</span>";
  if (figure.mark == Mark::worse) text += "<span class=\"worse\"> ▼</span>";
  if (figure.interval)
    text += fmt::format(" <small>[{}, {}]</small>", figure_text(figure.interval->low),
                        figure_text(figure.interval->high));
  return fmt::format("<td data-v=\"{}\">{}{}</td>", *figure.value, text, notes_of(figure));
}

}  // namespace

std::string table_section(const ReportSet& set) {
  const Table table = make_table(set, find_layout("models-conditions"));
  std::string text = "<h2 id=\"figures\">Every figure</h2>\n";
  for (const std::string& note : table.notes) {
    // Findings stand at the head of the page already.
    const bool is_finding =
        note.find(": warning: ") != std::string::npos || note.find(": guard rail ") != std::string::npos;
    if (!is_finding) text += "<p class=\"note\">" + escape(note) + "</p>\n";
  }
  text +=
      "<div class=\"scroll\"><table class=\"sortable\" id=\"figures-table\"><thead><tr><th "
      "scope=\"col\">Condition</th>"
      "<th scope=\"col\" class=\"text\">Kind</th>";
  for (const std::string& model : table.models) text += "<th scope=\"col\">" + escape(model) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const TableColumn& column : table.columns) {
    text += fmt::format("<tr><td>{}{}</td><td class=\"text\">{}</td>", escape(column.title),
                        column.lower_is_better ? " ↓" : "", escape(column.group));
    for (const TableFigure& figure : column.figures) text += figure_cell(figure);
    text += "</tr>\n";
  }
  text += "</tbody></table></div>\n";
  if (table.footnotes.empty()) return text;
  text += "<ol class=\"note\">\n";
  for (std::size_t i = 0; i < table.footnotes.size(); ++i)
    text += fmt::format("<li id=\"note-{}\">{}</li>\n", i + 1, escape(table.footnotes[i]));
  return text + "</ol>\n";
}

}  // namespace vitrobust::reports::html
