#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "reports/gate_formats.h"

namespace vitrobust::reports {
namespace {

/// XML cannot say most control characters, not even escaped.
std::string sayable(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) c = '?';
  }
  return text;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(sayable(value).c_str());
}

/// A result that is not a pass, with its text both as message and as content: servers show one or the other.
void add_result(pugi::xml_node test_case, const char* element, const Check& check) {
  pugi::xml_node node = test_case.append_child(element);
  const std::string text = check_text(check);
  set(node, "message", text);
  if (std::string_view(element) == "failure") set(node, "type", std::string(to_string(check.verdict)));
  node.text().set(sayable(text).c_str());
}

class Suite {
 public:
  Suite(const GateResult& result, const GateStamp& stamp, pugi::xml_node suites)
      : result_(result), suite_(suites.append_child("testsuite")) {
    for (const RuleResult& rule : result.rules) count(rule);
    set(suite_, "name", "vitrobust gate");
    set(suite_, "package", "vitrobust");
    set(suite_, "id", "0");
    set(suite_, "tests", std::to_string(tests_));
    set(suite_, "failures", std::to_string(failures_));
    set(suite_, "errors", "0");
    set(suite_, "skipped", std::to_string(skipped_));
    set(suite_, "time", "0.000");
    set(suite_, "timestamp", stamp.time);
    set(suite_, "hostname", stamp.host.empty() ? "localhost" : stamp.host);
  }

  void write() {
    pugi::xml_node properties = suite_.append_child("properties");
    const auto property = [&](const char* name, const std::string& value) {
      pugi::xml_node node = properties.append_child("property");
      set(node, "name", name);
      set(node, "value", value);
    };
    property("baseline", result_.comparison.first);
    property("candidate", result_.comparison.second);
    property("verdict", std::string(to_string(result_.verdict)));
    for (const RuleResult& rule : result_.rules) add_cases(rule);
    std::string notes;
    for (const std::string& note : result_.comparison.notes) notes += "note: " + note + "\n";
    suite_.append_child("system-out").text().set(sayable(gate_headline(result_) + "\n" + notes).c_str());
    suite_.append_child("system-err");
  }

 private:
  [[nodiscard]] bool is_failure(Verdict verdict) const {
    return verdict == Verdict::fail ||
           (verdict == Verdict::inconclusive && result_.policy.inconclusive_fails);
  }

  void count(const RuleResult& rule) {
    // A rule without a check is one test that passed.
    tests_ += std::max<std::size_t>(1, rule.checks.size());
    for (const Check& check : rule.checks) {
      if (check.verdict == Verdict::pass) continue;
      ++(is_failure(check.verdict) ? failures_ : skipped_);
    }
  }

  pugi::xml_node add_case(const RuleResult& rule, const std::string& name) {
    pugi::xml_node test_case = suite_.append_child("testcase");
    set(test_case, "name", name);
    set(test_case, "classname", fmt::format("vitrobust.gate.{}", to_string(rule.rule.kind)));
    // Surefire's schema wants three decimals.
    set(test_case, "time", "0.000");
    return test_case;
  }

  void add_cases(const RuleResult& rule) {
    if (rule.checks.empty()) add_case(rule, rule.title);
    for (const Check& check : rule.checks) {
      pugi::xml_node test_case = add_case(rule, check.about.empty() ? rule.title : check.about);
      if (check.verdict != Verdict::pass)
        add_result(test_case, is_failure(check.verdict) ? "failure" : "skipped", check);
    }
  }

  const GateResult& result_;
  pugi::xml_node suite_;
  std::size_t tests_ = 0;
  std::size_t failures_ = 0;
  std::size_t skipped_ = 0;
};

}  // namespace

std::string gate_junit(const GateResult& result, const GateStamp& stamp) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  Suite(result, stamp, document.append_child("testsuites")).write();
  std::ostringstream text;
  document.save(text, "  ", pugi::format_indent, pugi::encoding_utf8);
  return text.str();
}

}  // namespace vitrobust::reports
