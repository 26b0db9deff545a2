/* psychologist -- says who a shopper is and what they want.
 *
 *     orchestrator --ASSESS--> psychologist --ASSESSED or REFUSED--> orchestrator
 *     orchestrator --CANCEL--> psychologist
 *
 * One structured answer of the model for each question: topic, occasion, mood, needs, and the criteria
 * as a patch of what the thread holds. It keeps nothing between messages: run as many as the load needs. */

#include "psychologist/psychologist.h"

static const struct assistant_kind kind = {
    .name = "psychologist",
    .schema = "assessment.json",
    .begin = assess_begin,
    .handlers = {
        [MESSAGE_ASSESS] = on_assess,
        [MESSAGE_CANCEL] = on_cancel,
    },
};

int
main(int argc, char *argv[])
{
    return assistant_main(&kind, argc, argv);
}
