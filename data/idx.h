#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitrobust::data {

/// An array of bytes as MNIST's files hold them (LeCun, Cortes and Burges, "The MNIST database": two zero
/// bytes, the type, the number of dimensions, each size as a big-endian 32-bit number, the values).
struct IdxArray {
  std::vector<std::uint64_t> shape;
  std::string values;  ///< row-major
};

/// Reads an IDX file of unsigned bytes, plain or compressed by gzip, whatever its name.
/// @throws InputError unless the file holds just the values that its sizes say, at most 2 GiB of them
IdxArray read_idx(const std::string& path);

}  // namespace vitrobust::data
