/* The version of the module, in the one place where it is written in C. */
#ifndef CTO_VERSION_H
#define CTO_VERSION_H

#define CTO_VERSION "0.1.0"

#endif
