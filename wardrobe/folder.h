#ifndef WARDROBE_FOLDER_H
#define WARDROBE_FOLDER_H

#include <stdbool.h>

/* A feed that is a folder: the Agentic Commerce Protocol's metadata.json and products.jsonl (or .jsonl.gz).
 */

struct folder {
    char *feed;       /* the file to read */
    char currency[4]; /* that metadata.json names, or "" */
    bool patch;       /* it says that this is a patch, no snapshot */
};

/* What PATH is: a file as it stands, or a folder's products. A metadata.json stands for its folder. Returns
 * 0, or -1 when a folder has no products or its metadata.json can't be read (logged). */
int folder_open(struct folder *folder, const char *path);
void folder_close(struct folder *folder);

#endif
