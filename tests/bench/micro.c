/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Micro-benchmarks of a Linux system.  micro [NAME...] prints, for each named
 * operation or for all of them,
 *	micro NAME NANOSECONDS OPERATIONS
 * where NANOSECONDS is the best mean of a few batches and OPERATIONS is how often
 * the operation ran in all (what a counter of exits has to be divided by).
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NS_PER_SEC 1000000000ull
#define BATCH_NS   (NS_PER_SEC / 20)
#define BATCHES    5
#define MIB        (1u << 20)
#define FILE_BYTES (4 * MIB)
#define FILE_NAME  "/tmp/micro.data"

#define CHECK(ok) ((ok) ? (void)0 : fail(#ok, __LINE__))

static int fd, to_child[2], to_parent[2];
static pid_t partner;
static char *from, *into;

static void fail(const char *what, int line)
{
	fprintf(stderr, "micro: line %d: not so: %s\n", line, what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

static void run_getppid(void) { syscall(SYS_getppid); }

/* The call itself: libc would ask the vDSO first. */
static void run_clock(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
}

static void on_signal(int number) {}

static void start_signal(void) { CHECK(signal(SIGUSR1, on_signal) != SIG_ERR); }

static void run_signal(void) { kill(getpid(), SIGUSR1); }

static void start_pipe(void)
{
	char c;

	CHECK(!pipe(to_child) && !pipe(to_parent));
	partner = fork();
	CHECK(partner >= 0);
	if (partner)
		return;
	close(to_child[1]);
	while (read(to_child[0], &c, 1) == 1 && write(to_parent[1], &c, 1) == 1)
		;
	_exit(0);
}

static void run_pipe(void)
{
	char c = 'x';

	CHECK(write(to_child[1], &c, 1) == 1 && read(to_parent[0], &c, 1) == 1);
}

static void start_yield(void)
{
	partner = fork();
	CHECK(partner >= 0);
	while (!partner)
		sched_yield();
}

static void run_yield(void) { sched_yield(); }

static void stop_partner(void)
{
	kill(partner, SIGKILL);
	waitpid(partner, NULL, 0);
}

/* Runs a program with its output thrown away, or none: a child that only ends. */
static void spawn(const char *path, const char *arg0, const char *arg1)
{
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (!child) {
		if (!path)
			_exit(0);
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execl(path, arg0, arg1, (char *)NULL);
		_exit(127);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void run_fork(void) { spawn(NULL, NULL, NULL); }

static void run_exec(void) { spawn("/bin/busybox", "true", NULL); }

static void run_sha1(void) { spawn("/bin/busybox", "sha1sum", FILE_NAME); }

static void run_md5(void) { spawn("/bin/busybox", "md5sum", FILE_NAME); }

static void start_file(void)
{
	char *data = malloc(FILE_BYTES);
	uint32_t word = 1;
	int file = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(data && file >= 0);
	for (size_t i = 0; i < FILE_BYTES; i++)
		data[i] = (word = word * 1664525 + 1013904223) >> 24;
	CHECK(write(file, data, FILE_BYTES) == FILE_BYTES);
	close(file);
	free(data);
}

static void stop_file(void) { unlink(FILE_NAME); }

static void run_mmap(void)
{
	char *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	for (size_t i = 0; i < MIB; i += 4096)
		((volatile char *)p)[i] = 1;
	munmap(p, MIB);
}

static void start_zero(void)
{
	fd = open("/dev/zero", O_RDONLY);
	CHECK(fd >= 0);
}

static void run_zero(void)
{
	static char page[4096];

	CHECK(read(fd, page, sizeof(page)) == sizeof(page));
}

static void start_memcpy(void)
{
	from = malloc(MIB);
	into = malloc(MIB);
	CHECK(from && into);
	memset(from, 1, MIB);
	memset(into, 2, MIB);
}

static void run_memcpy(void)
{
	memcpy(into, from, MIB);
	/* So that the copy is not left out. */
	__asm__ volatile("" : : "r"(into) : "memory");
}

static void run_sleep(void)
{
	const struct timespec t = { .tv_nsec = 1000000 };

	nanosleep(&t, NULL);
}

static const struct micro {
	const char *name;
	void (*start)(void);
	void (*run)(void);
	void (*stop)(void);
} micros[] = {
	{ "getppid", NULL, run_getppid, NULL },
	{ "clock_gettime", NULL, run_clock, NULL },
	{ "signal", start_signal, run_signal, NULL },
	{ "pipe-ping-pong", start_pipe, run_pipe, stop_partner },
	{ "fork", NULL, run_fork, NULL },
	{ "fork-exec", NULL, run_exec, NULL },
	{ "mmap-touch-1M", NULL, run_mmap, NULL },
	{ "sched_yield-pair", start_yield, run_yield, stop_partner },
	{ "read-zero-4K", start_zero, run_zero, NULL },
	{ "memcpy-1M", start_memcpy, run_memcpy, NULL },
	{ "sha1-4M", start_file, run_sha1, stop_file },
	{ "md5-4M", start_file, run_md5, stop_file },
	{ "nanosleep-1ms", NULL, run_sleep, NULL },
};

static uint64_t batch(const struct micro *m, unsigned count)
{
	uint64_t before = now();

	for (unsigned i = 0; i < count; i++)
		m->run();
	return now() - before;
}

static void measure(const struct micro *m)
{
	unsigned count = 1, total = 1;
	uint64_t best;

	if (m->start)
		m->start();
	while ((best = batch(m, count)) < BATCH_NS)
		total += count *= 2;
	for (int i = 0; i < BATCHES; i++, total += count) {
		uint64_t took = batch(m, count);

		best = took < best ? took : best;
	}
	if (m->stop)
		m->stop();
	printf("micro %s %.1f %u\n", m->name, (double)best / count, total);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(micros) / sizeof(micros[0]); i++) {
		int wanted = argc == 1;

		for (int k = 1; k < argc; k++)
			wanted |= !strcmp(argv[k], micros[i].name);
		if (wanted)
			measure(&micros[i]);
	}
	return 0;
}
