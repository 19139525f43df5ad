/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <espalier/util.h>

#include "edit.h"

#define CTRL(c) (0x1f & (c))

enum { ESC_NONE, ESC_SEEN, ESC_CSI, ESC_SS3 };

/* --- the terminal ------------------------------------------------------------ */

static void edit_put(struct edit *e, const char *s) { e->ops->write(e->arg, s, strlen(s)); }

static void edit_bell(struct edit *e) { edit_put(e, "\a"); }

static unsigned edit_width(const struct edit *e) { return EDIT_COLUMNS - 1 - strlen(e->prompt); }

/* Cursor left by n columns (ECMA-48 CUB). */
static void put_left(struct edit *e, unsigned n)
{
	char seq[16];

	if (n) {
		snprintf(seq, sizeof(seq), "\033[%uD", n);
		edit_put(e, seq);
	}
}

/* Scrolls so that the cursor is in view; a quarter of the row at a time. */
static void edit_scroll(struct edit *e)
{
	unsigned w = edit_width(e), step = w / 4;

	if (e->pos < e->left)
		e->left = e->pos > step ? e->pos - step : 0;
	else if (e->pos > e->left + w)
		e->left = e->pos - w + step;
}

void edit_show(struct edit *e)
{
	unsigned n;

	edit_scroll(e);
	n = MIN(e->len - e->left, edit_width(e));
	edit_put(e, "\r");
	edit_put(e, e->prompt);
	e->ops->write(e->arg, e->line + e->left, n);
	edit_put(e, "\033[K");
	put_left(e, e->left + n - e->pos);
}

void edit_hide(struct edit *e) { edit_put(e, "\r\033[K"); }

static void edit_clear(struct edit *e)
{
	e->line[0] = '\0';
	e->len = e->pos = e->left = e->back = 0;
}

void edit_start(struct edit *e)
{
	edit_clear(e);
	e->too_long = false;
	edit_put(e, e->prompt);
}

void edit_init(struct edit *e, const struct edit_ops *ops, void *arg, const char *prompt)
{
	*e = (struct edit){ .ops = ops, .arg = arg, .prompt = prompt };
}

/* --- changing the line --------------------------------------------------------- */

/* False, with a bell, if it does not fit. */
static bool edit_insert(struct edit *e, const char *s, unsigned n)
{
	bool at_end = e->pos == e->len;

	if (n > EDIT_MAX - 1 - e->len) {
		edit_bell(e);
		return false;
	}
	memmove(e->line + e->pos + n, e->line + e->pos, e->len - e->pos + 1);
	memcpy(e->line + e->pos, s, n);
	e->len += n;
	e->pos += n;
	if (at_end && e->pos <= e->left + edit_width(e))
		e->ops->write(e->arg, s, n); /* most typing: no need to redraw */
	else
		edit_show(e);
	return true;
}

/* Removes [from, to) and leaves the cursor there. */
static void edit_cut(struct edit *e, unsigned from, unsigned to)
{
	memmove(e->line + from, e->line + to, e->len - to + 1);
	e->len -= to - from;
	e->pos = from;
	edit_show(e);
}

static void move_to(struct edit *e, unsigned pos)
{
	e->pos = pos;
	edit_show(e);
}

static void edit_replace(struct edit *e, const char *line)
{
	e->len = e->pos = MIN(strlen(line), EDIT_MAX - 1);
	memcpy(e->line, line, e->len);
	e->line[e->len] = '\0';
	e->left = 0;
	edit_show(e);
}

/* --- keys ------------------------------------------------------------------------ */

static void key_home(struct edit *e) { move_to(e, 0); }

static void key_end(struct edit *e) { move_to(e, e->len); }

static void key_left(struct edit *e)
{
	if (e->pos)
		move_to(e, e->pos - 1);
}

static void key_right(struct edit *e)
{
	if (e->pos < e->len)
		move_to(e, e->pos + 1);
}

static void key_backspace(struct edit *e)
{
	if (e->pos == 0)
		return;
	if (e->pos == e->len && (e->left == 0 || e->pos > e->left + 1)) {
		e->line[--e->len] = '\0';
		e->pos = e->len;
		edit_put(e, "\b \b");
	} else {
		edit_cut(e, e->pos - 1, e->pos);
	}
}

static void key_delete(struct edit *e)
{
	if (e->pos < e->len)
		edit_cut(e, e->pos, e->pos + 1);
}

static void key_kill_end(struct edit *e) { edit_cut(e, e->pos, e->len); }

static void key_kill_start(struct edit *e) { edit_cut(e, 0, e->pos); }

static void key_kill_word(struct edit *e)
{
	unsigned from = e->pos;

	while (from && e->line[from - 1] == ' ')
		from--;
	while (from && e->line[from - 1] != ' ')
		from--;
	edit_cut(e, from, e->pos);
}

static void key_clear_screen(struct edit *e)
{
	edit_put(e, "\033[H\033[2J");
	edit_show(e);
}

static void key_interrupt(struct edit *e)
{
	edit_put(e, "^C\r\n");
	edit_start(e);
}

static void go_back(struct edit *e, unsigned back)
{
	const char *line = back ? history_get(&e->history, back) : e->kept;

	if (!line) {
		edit_bell(e);
		return;
	}
	if (e->back == 0)
		memcpy(e->kept, e->line, e->len + 1);
	e->back = back;
	edit_replace(e, line);
}

static void key_up(struct edit *e) { go_back(e, e->back + 1); }

static void key_down(struct edit *e)
{
	if (e->back)
		go_back(e, e->back - 1);
}

/* --- completion -------------------------------------------------------------------- */

struct tab {
	struct edit *e;
	const char *word; /* what stands there already */
	unsigned word_len;
	unsigned count;
	char common[EDIT_MAX]; /* what all that fit begin with */
	bool whole;            /* of the last one that fits */
	unsigned skip;         /* bytes of each that a listing leaves out */
	unsigned widest, column;
};

static bool edit_fits(const struct tab *t, const char *word)
{
	return !strncmp(word, t->word, t->word_len) && strlen(word) < EDIT_MAX &&
	       strpbrk(word, " \t\"\\;#") == NULL;
}

static void tab_collect(void *arg, const char *word, bool whole)
{
	struct tab *t = arg;
	unsigned n = 0;

	if (!edit_fits(t, word))
		return;
	if (t->count++ == 0) {
		strcpy(t->common, word);
	} else {
		while (t->common[n] && t->common[n] == word[n])
			n++;
		t->common[n] = '\0';
	}
	t->whole = whole;
	t->widest = MAX(t->widest, strlen(word) - t->skip);
}

static void tab_list(void *arg, const char *word, bool whole)
{
	struct tab *t = arg;
	unsigned n;

	if (!edit_fits(t, word))
		return;
	n = strlen(word) - t->skip;
	if (t->column && t->column + t->widest + 2 >= EDIT_COLUMNS) {
		edit_put(t->e, "\r\n");
		t->column = 0;
	}
	edit_put(t->e, word + t->skip);
	for (t->column += t->widest + 2; n < t->widest + 2; n++)
		edit_put(t->e, " ");
}

static void key_tab(struct edit *e)
{
	int start = edit_word_start(e->line, e->pos);
	struct tab t = { .e = e };
	char word[EDIT_MAX];
	unsigned n;

	if (start < 0)
		return;
	t.word = word;
	t.word_len = e->pos - start;
	memcpy(word, e->line + start, t.word_len);
	word[t.word_len] = '\0';
	if (strrchr(word, '/'))
		t.skip = strrchr(word, '/') + 1 - word;

	e->ops->complete(e->arg, e->line, start, e->pos, tab_collect, &t);
	if (t.count == 0) {
		edit_bell(e);
		return;
	}
	n = strlen(t.common);
	if (n > t.word_len && !edit_insert(e, t.common + t.word_len, n - t.word_len))
		return;
	if (t.count == 1) {
		if (t.whole && e->line[e->pos] != ' ')
			edit_insert(e, " ", 1);
	} else if (n == t.word_len) {
		edit_put(e, "\r\n");
		e->ops->complete(e->arg, e->line, start, e->pos, tab_list, &t);
		edit_put(e, "\r\n");
		edit_show(e);
	}
}

int edit_word_start(const char *line, unsigned pos)
{
	bool quoted = false;
	unsigned start = 0;

	for (unsigned i = 0; i < pos; i++) {
		if (line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (line[i] == '#' && i == start)
			return -1;
		else if (strchr(" \t;", line[i]))
			start = i + 1;
	}
	if (quoted || memchr(line + start, '"', pos - start) ||
	    memchr(line + start, '\\', pos - start))
		return -1;
	return start;
}

/* --- input --------------------------------------------------------------------------- */

struct key {
	unsigned char code;
	void (*press)(struct edit *e);
};

static const struct key control_keys[] = {
	{ CTRL('A'), key_home },
	{ CTRL('B'), key_left },
	{ CTRL('C'), key_interrupt },
	{ CTRL('E'), key_end },
	{ CTRL('F'), key_right },
	{ CTRL('H'), key_backspace },
	{ '\t', key_tab },
	{ CTRL('K'), key_kill_end },
	{ CTRL('L'), key_clear_screen },
	{ CTRL('N'), key_down },
	{ CTRL('P'), key_up },
	{ CTRL('U'), key_kill_start },
	{ CTRL('W'), key_kill_word },
	{ 0x7f, key_backspace },
};

/* ESC [ letter and ESC O letter */
static const struct key letter_keys[] = {
	{ 'A', key_up },   { 'B', key_down }, { 'C', key_right },
	{ 'D', key_left }, { 'F', key_end },  { 'H', key_home },
};

/* ESC [ number ~ */
static const struct key number_keys[] = {
	{ 1, key_home }, { 3, key_delete }, { 4, key_end }, { 7, key_home }, { 8, key_end },
};

static void edit_press(struct edit *e, const struct key *keys, unsigned n, unsigned code)
{
	for (unsigned i = 0; i < n; i++) {
		if (keys[i].code == code) {
			keys[i].press(e);
			return;
		}
	}
}

/* A byte after ESC. */
static void escape_input(struct edit *e, unsigned char ch)
{
	switch (e->esc) {
	case ESC_SEEN:
		e->esc = ch == '[' ? ESC_CSI : ch == 'O' ? ESC_SS3 : ESC_NONE;
		e->param = 0;
		return;
	case ESC_CSI:
		if (ch >= '0' && ch <= '9') {
			e->param = MIN(e->param * 10 + (ch - '0'), 255u);
			return;
		}
		if (ch < 0x40)
			return; /* ';' and other parameter bytes (ECMA-48 5.4) */
		e->esc = ESC_NONE;
		if (ch == '~')
			edit_press(e, number_keys, ARRAY_SIZE(number_keys), e->param);
		else
			edit_press(e, letter_keys, ARRAY_SIZE(letter_keys), ch);
		return;
	default: e->esc = ESC_NONE; edit_press(e, letter_keys, ARRAY_SIZE(letter_keys), ch);
	}
}

static enum edit_event edit_enter(struct edit *e)
{
	/* What had scrolled out of view goes into the transcript as a whole. */
	if (e->len > edit_width(e)) {
		edit_put(e, "\r");
		edit_put(e, e->prompt);
		edit_put(e, e->line);
	}
	edit_put(e, "\r\n");
	history_add(&e->history, e->line);
	if (e->too_long) {
		edit_put(e, "line too long: not run; it is kept in the history, cut off\r\n");
		e->line[0] = '\0';
	}
	return EDIT_LINE;
}

enum edit_event edit_input(struct edit *e, unsigned char ch)
{
	bool after_cr = e->after_cr;

	e->after_cr = ch == '\r';
	if (ch == '\r' || (ch == '\n' && !after_cr)) {
		e->esc = ESC_NONE;
		return edit_enter(e);
	}
	if (ch == 0x1b)
		e->esc = ESC_SEEN;
	else if (e->esc != ESC_NONE)
		escape_input(e, ch);
	else if (ch >= ' ' && ch < 0x7f)
		e->too_long = !edit_insert(e, (const char *)&ch, 1) || e->too_long;
	else
		edit_press(e, control_keys, ARRAY_SIZE(control_keys), ch);
	return EDIT_MORE;
}
