#include <stdio.h>
#include "store.h"

#define LIMIT 10
#define TWICE(x) ((x) * 2)

typedef struct node {
  int value;
  struct node *next;
} node_t;

enum mode { NEAR, FAR };

static int count = 0;
int find(const node_t *list, char *key);

/* Finds it. */
node_t *make(int value, const char name[]) {
  node_t *made = malloc(sizeof(node_t));
  for (int i = 0; i < LIMIT; i++) {
    made->value += TWICE(i);
  }
  switch (value) {
    case 1:
      printf("%s\n", name);
      break;
    default:
      count++;  // one more
  }
  return made;
}
