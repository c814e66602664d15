#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitrobust {

/// The whole file. @throws InputError when it does not exist, is a folder, cannot be read or is larger than
/// `max_bytes`
std::string read_file(const std::string& path, std::size_t max_bytes);

/// Writes to a temporary name beside `path`, flushes it to disk and renames it, so that no reader ever sees
/// half a file.
/// @throws InputError when the folder cannot be written
void write_file_atomically(const std::string& path, std::string_view contents);

/// Makes `path` and its parents, and checks that a file can be made there. @throws InputError
void make_writable_folder(const std::string& path);

}  // namespace vitrobust
