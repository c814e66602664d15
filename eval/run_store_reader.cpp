#include "eval/run_store_reader.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "eval/run_store_sql.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

/// What a run commits goes to the log beside the file first, and from there into the file now and then.
std::string log_of(const std::string& path) {
  return path + "-wal";
}

/// The log's header; empty without a log. It changes whenever the log starts again from its beginning.
std::string log_header(const std::string& path) {
  std::array<char, 32> bytes{};
  std::ifstream file(log_of(path), std::ios::binary);
  file.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(file.gcount())};
}

/// A folder of our own below the system's temporary one.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "vitrobust-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw InputError(pattern, fmt::format("cannot be made: {}", std::strerror(errno)));
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;  // what is left over lies where leftovers are cleared away
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] std::string store() const { return path_ + "/run.db"; }

 private:
  std::string path_;
};

void copy(const std::string& from, const std::string& to) {
  std::error_code failure;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, failure);
  if (failure) throw InputError(from, fmt::format("cannot be copied to {}: {}", to, failure.message()));
}

/// Copies a store that a run is writing to, or left in the middle of it, so that the copy is some committed
/// state. Pages move from the log into the file at any time, but all of them are in the log still unless it
/// starts again; so file first, log second, and the log's header the same before and after is enough.
void copy_store(const std::string& from, const std::string& to) {
  constexpr int kAttempts = 10;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::string header = log_header(from);
    std::error_code ignored;
    fs::remove(log_of(to), ignored);
    copy(from, to);
    if (!header.empty()) {
      // The run may end here and take its log away.
      fs::copy_file(log_of(from), log_of(to), ignored);
    }
    if (log_header(from) == header && log_header(to) == header) return;
  }
  throw InputError(from, "changes faster than it can be copied", "wait for its run to end");
}

/// A path in the form of a URI, in which `?` and `#` would end it.
std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      uri += c;
  }
  return uri;
}

/// What a file looks like from outside: a file written to differs in one of these.
struct Stamp {
  std::uintmax_t size = 0;
  fs::file_time_type written{};

  static Stamp of(const std::string& path) {
    try {
      return {.size = fs::file_size(path), .written = fs::last_write_time(path)};
    } catch (const fs::filesystem_error& error) {
      throw InputError(path, fmt::format("cannot be read: {}", error.code().message()));
    }
  }
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

}  // namespace

/// The open database: the file itself while its log is empty, else a copy that is nobody else's.
class RunStoreReader::File {
 public:
  explicit File(const std::string& path) : path_(path), stamp_(Stamp::of(path)) {
    if (log_header(path).empty()) {
      // Without a log the file is all there is, and SQLite need make none (nor could it on a read-only disk).
      database_.emplace(uri_of(path) + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    } else {
      scratch_.emplace();
      copy_store(path, scratch_->store());
      database_.emplace(scratch_->store(), SQLite::OPEN_READWRITE);
    }
    database_->exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
  }

  /// @throws InputError when a run has written to the file that is read here without a lock
  void check_unchanged() const {
    if (!scratch_ && !(Stamp::of(path_) == stamp_))
      throw InputError(path_, "was changed while it was read", "wait for its run to end");
  }

  [[nodiscard]] const SQLite::Database& database() const { return *database_; }

 private:
  std::string path_;
  Stamp stamp_;
  std::optional<ScratchFolder> scratch_;
  std::optional<SQLite::Database> database_;  // closed before the folder goes away
};

RunStoreReader::RunStoreReader(std::string path) : path_(std::move(path)) {
  guarded(path_, [&] {
    file_ = std::make_unique<File>(path_);
    config_ = read_stored_config(file_->database(), path_);
  });
}

RunStoreReader::~RunStoreReader() = default;
RunStoreReader::RunStoreReader(RunStoreReader&&) noexcept = default;

std::vector<reports::Outcome> RunStoreReader::outcomes(std::uint64_t cell) const {
  std::vector<reports::Outcome> found =
      guarded(path_, [&] { return read_outcomes(file_->database(), cell); });
  file_->check_unchanged();
  return found;
}

}  // namespace vitrobust::eval
