#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitrobust::eval {

/// What a .npy file of numpy's format 1.0 in C order begins with, padded to a multiple of 64 bytes.
/// @param descr the type as numpy names it: "|u1", "<f4", "<f8"
/// @param shape as Python writes a tuple: "(10, 3)"
std::string npy_header(std::string_view descr, std::string_view shape);

/// Writes all bytes at that offset of the open file. @param path named in the error. @throws InputError when
/// it cannot, as on a full disk
void write_at(int descriptor, const char* bytes, std::size_t size, std::uint64_t offset,
              const std::string& path);

/// What a file is called until it is complete.
std::string partial_name(const std::string& path);

/// Gives the complete file its name. @throws InputError
void rename_partial(const std::string& path);

}  // namespace vitrobust::eval
