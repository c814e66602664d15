#include "tests/e2e/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "core/files.h"
#include "tests/temporary_folder.h"

namespace vitrobust::tests {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{1} << 24;

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments,
                         const std::string& out, const std::string& err) {
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

Finished run_program(const std::string& name, const std::vector<std::string>& arguments,
                     const std::function<bool()>& interrupt_when) {
  const TemporaryFolder folder;
  const std::string program = std::string(VITROBUST_BINARY_DIR) + "/" + name;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  const pid_t child = ::fork();
  if (child == 0) become(program, arguments, out, err);
  int status = 0;
  bool ended = false;
  while (interrupt_when && !ended && !interrupt_when()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ended = ::waitpid(child, &status, WNOHANG) == child;
  }
  if (interrupt_when && !ended) ::kill(child, SIGINT);
  if (!ended) ::waitpid(child, &status, 0);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = read_file(out, kMaxOutput),
          .err = read_file(err, kMaxOutput)};
}

}  // namespace vitrobust::tests
