#include "core/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "core/error.h"

namespace vitrobust {

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

namespace {
void check(int result) {
  if (result != 1) throw InternalError("OpenSSL could not compute SHA-256");
}
}  // namespace

Sha256::Sha256() : state_(std::make_unique<State>()) {
  check(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::uint8_t> bytes) {
  check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256& Sha256::update(std::string_view text) {
  check(EVP_DigestUpdate(state_->context.get(), text.data(), text.size()));
  return *this;
}

Sha256& Sha256::update(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return update(bytes);
}

std::array<std::uint8_t, 32> Sha256::digest() {
  std::array<std::uint8_t, 32> result{};
  check(EVP_DigestFinal_ex(state_->context.get(), result.data(), nullptr));
  return result;
}

std::string Sha256::hex() {
  std::string text;
  for (const std::uint8_t byte : digest()) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_hex(std::string_view text) {
  return Sha256().update(text).hex();
}

std::string sha256_file(const std::string& path) {
  if (!std::filesystem::exists(path)) throw InputError(path, "no such file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError(path, "cannot open");
  Sha256 hash;
  std::vector<char> block(std::size_t{1} << 20);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())), stream.gcount() > 0)
    hash.update(std::string_view(block.data(), static_cast<std::size_t>(stream.gcount())));
  if (stream.bad()) throw InputError(path, "cannot read");
  return hash.hex();
}

}  // namespace vitrobust
