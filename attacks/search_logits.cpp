#include "attacks/search_logits.h"

#include <torch/torch.h>

namespace vitrobust::attacks {

at::Tensor confirmed_logits(const models::Classifier& classifier, const at::Tensor& images,
                            const at::Tensor& labels) {
  at::Tensor logits = classifier.search_logits(images);
  if (!classifier.info().reduced) return logits;
  const at::Tensor wrong = logits.argmax(1).ne(labels).nonzero().squeeze(1);
  if (wrong.size(0) > 0) logits.index_copy_(0, wrong, classifier.logits(images.index_select(0, wrong)));
  return logits;
}

}  // namespace vitrobust::attacks
