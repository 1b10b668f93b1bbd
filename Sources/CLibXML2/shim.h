#include <libxml/xmlversion.h>
/* Where libxml2 was built with ICU, <libxml/encoding.h> would pull in the system's ICU headers, and these contradict the ICU
   that comes with Foundation. Nothing that is used here depends on them. */
#undef LIBXML_ICU_ENABLED
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
