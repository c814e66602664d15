#pragma once

#include <memory>

#include "models/checkpoint/zip_directory.h"

namespace vitrobust::models {

/// A deflated member of an archive. Reading inflates it from its beginning and keeps nothing, so it is to be
/// read once and whole; a read that reaches the member's end checks its length and CRC-32.
/// @throws InputError when the member claims more bytes than deflate could make of what is stored (1032 to
/// one)
std::shared_ptr<const ByteSource> make_deflated_source(std::shared_ptr<const ByteSource> archive,
                                                       const ZipMember& member);

}  // namespace vitrobust::models
