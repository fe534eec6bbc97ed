/* base/version.h: the version, written once: the Makefile reads it here. */
#ifndef QUERN_BASE_VERSION_H
#define QUERN_BASE_VERSION_H

#define QUERN_VERSION "1.0.0"

#endif
