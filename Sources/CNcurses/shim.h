// ncurses with wide characters, and as functions what it has as macros or as globals that Swift 6 takes for unsafe.
#pragma once
#define NCURSES_WIDECHAR 1
#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <wchar.h>

// <term.h> has these, and with them a macro for each capability.
extern char *tigetstr(const char *);
extern int setupterm(const char *, int, int *);

static const int TUI_OPEN = 1;
static const int TUI_UNKNOWN = 0;
static const int TUI_NO_CURSOR = -1;
static inline int tui_places_cursor(void) {
    char *place = tigetstr("cup");
    return place != NULL && place != (char *)-1;
}
// initscr would end the process where the terminal is not known.
static inline int tui_open(void) {
    if (newterm(NULL, stdout, stdin) == NULL) return TUI_UNKNOWN;
    if (tui_places_cursor()) return TUI_OPEN;
    endwin();
    return TUI_NO_CURSOR;
}
// The same, and leaves the terminal as it is.
static inline int tui_type(void) {
    int reason = 0;
    if (setupterm(NULL, 1, &reason) != OK) return TUI_UNKNOWN;
    return tui_places_cursor() ? TUI_OPEN : TUI_NO_CURSOR;
}
static inline void tui_prepare(void) {
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    set_escdelay(25);
}
// A key that is waiting: KEY_CODE_YES for a key with a code, OK for a character, ERR for none.
static inline int tui_key(unsigned *key) {
    wint_t value = 0;
    int kind = wget_wch(stdscr, &value);
    *key = (unsigned)value;
    return kind;
}
static inline void tui_put(int row, int column, const char *text, int attributes, int pair) {
    attr_set((attr_t)attributes, (short)pair, NULL);
    mvwaddstr(stdscr, row, column, text);
}
static inline void tui_clear_line(int row) {
    attr_set(A_NORMAL, 0, NULL);
    wmove(stdscr, row, 0);
    wclrtoeol(stdscr);
}
static inline void tui_cursor(int row, int column) {
    curs_set(row >= 0);
    if (row >= 0) wmove(stdscr, row, column);
}
static inline void tui_show(void) { wrefresh(stdscr); }
// Everything anew: what another program has left on the screen goes.
static inline void tui_redraw(void) { clearok(stdscr, TRUE); }
static inline int tui_colours(void) { return has_colors() && start_color() == OK ? COLORS : 0; }

static const int TUI_KEY_CODE = KEY_CODE_YES;
static const int TUI_CHARACTER = OK;
static const int TUI_MOUSE = KEY_MOUSE;
static const int TUI_RESIZE = KEY_RESIZE;
static const int TUI_PASTE_BEGIN = 0x1001;
static const int TUI_PASTE_END = 0x1002;
static const int TUI_BOLD = A_BOLD;
static const int TUI_DIM = A_DIM;
static const int TUI_REVERSE = A_REVERSE;
static const int TUI_UNDERLINE = A_UNDERLINE;

static inline void tui_mouse(int on) {
    mousemask(on ? BUTTON1_CLICKED | BUTTON1_PRESSED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    if (on) mouseinterval(0);
}
// 1 for a press, 2 for the wheel upwards, 3 for downwards, 0 for anything else.
static inline int tui_mouse_event(int *row, int *column) {
    MEVENT event;
    if (getmouse(&event) != OK) return 0;
    *row = event.y;
    *column = event.x;
    if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED)) return 1;
    if (event.bstate & BUTTON4_PRESSED) return 2;
    return event.bstate & BUTTON5_PRESSED ? 3 : 0;
}
