/* extractor -- says which products a paragraph of the suggestion names.
 *
 *     orchestrator --EXTRACT--> extractor --EXTRACTED or REFUSED--> orchestrator
 *     orchestrator --CANCEL--> extractor
 *
 * One exchange with the model for each finished paragraph, while the next is still being written: parallel
 * calls of the function find_product, one for each piece. It keeps nothing between messages. */

#include "extractor/extractor.h"

static const struct assistant_kind kind = {
    .name = "extractor",
    .schema = "find_product.json",
    .begin = extract_begin,
    .handlers = {
        [MESSAGE_EXTRACT] = on_extract,
        [MESSAGE_CANCEL] = on_cancel,
    },
};

int
main(int argc, char *argv[])
{
    return assistant_main(&kind, argc, argv);
}
