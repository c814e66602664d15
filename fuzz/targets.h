#pragma once

#include <cstdint>
#include <span>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::fuzz {

/// A parser of untrusted bytes. It may refuse them with an InputError, which run() catches; anything else,
/// and a result that breaks a promise of the parser's, ends the process.
struct Target {
  const char* name;  ///< of the executable (NAME_fuzz) and of the folder in corpus/
  void (*run)(std::span<const std::uint8_t> bytes);
};

/// Every target, in one table.
std::span<const Target> targets();

void run_safetensors(std::span<const std::uint8_t> bytes);
void run_pickle(std::span<const std::uint8_t> bytes);
void run_zip(std::span<const std::uint8_t> bytes);
void run_npz(std::span<const std::uint8_t> bytes);
void run_torch_legacy(std::span<const std::uint8_t> bytes);

/// Ends the process unless every tensor lies in its source and can be read from there.
void require_sound(const models::TensorCatalogue& catalogue);

}  // namespace vitrobust::fuzz
