#include <vector>
#include "store.h"

using std::vector;

namespace store {

using Ids = vector<int>;

template <typename T>
class Store : public Base<T> {
 public:
  explicit Store(const T& root, int depth = 3) : root_(root) { add(depth); }
  ~Store() {}
  virtual int find(const std::string& key) const = 0;
  T& at(int i) { return items_[i]; }

 private:
  T root_;
  std::vector<T> items_;
};

int Store::size(int limit) const {
  auto add = [&](int a, int b) { return a + b; };
  for (const auto& item : items_) {
    if (item > limit) return static_cast<int>(item);
  }
  auto [low, high] = split<int>(limit);
  return add(low, std::max(high, 'c'));
}

enum class Mode { kNear, kFar };

}  // namespace store
