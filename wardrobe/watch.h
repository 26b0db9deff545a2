#ifndef WARDROBE_WATCH_H
#define WARDROBE_WATCH_H

#include "wardrobe/import.h"

/* `wardrobe import --watch DIR`: stay, and import what is put into a folder. */

/* Import SETTINGS' feed, when it names one, and then every feed that is written or moved into FOLDER, with a
 * report beside it, until SIGTERM or SIGINT; feeds that lie there already without a report come first. SIGHUP
 * imports the last whole feed again. A feed that fails leaves the catalogue as it was. Returns 0, or -1 when
 * FOLDER can't be watched (logged). */
int watch_run(const char *folder, const struct import_settings *settings);

#endif
