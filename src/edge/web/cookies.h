/* Names of the cookies, without the prefix that http puts before them. */
#ifndef EDGE_WEB_COOKIES_H
#define EDGE_WEB_COOKIES_H

#define COOKIE_SUBSCRIBER "violet"
#define COOKIE_DESK "violet_desk"
#define COOKIE_LANGUAGE "violet_language"

#endif
