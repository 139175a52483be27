/* Finding a wording in a transcript by its sounds. */
#include "test_helpers.h"

#include "callaudit/fuzzy.h"

#include <string.h>

typedef struct fixture {
    ca_arena *arena;
    ca_phones said, wording;
    ca_sound_matches found;
    ca_error err;
} fixture;

/* Each phone said lasts 100 ms. */
static void find(fixture *f, const char *said, const char *wording)
{
    int64_t count = 1;
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    for (const char *c = said; *c; c++) {
        count += *c == ' ';
    }
    assert_true(ca_phones_add(&f->said, said, 0, 100 * count, f->arena, &f->err));
    assert_true(ca_phones_add(&f->wording, wording, 0, 0, f->arena, &f->err));
    assert_true(ca_sounds_find(&f->said, &f->wording, &f->found, f->arena, &f->err));
}

static void assert_place(const fixture *f, size_t index, int64_t start, int64_t end,
                         double distance)
{
    assert_true(index < f->found.count);
    assert_int_equal(f->found.items[index].start_ms, start);
    assert_int_equal(f->found.items[index].end_ms, end);
    assert_true(f->found.items[index].distance == distance);
}

static void end(fixture *f)
{
    ca_arena_free(f->arena);
}

static void test_fuzzy__the_same_sounds_are_found_wherever_they_are(void **state)
{
    (void)state;
    fixture f;
    find(&f, "a b n in h ao x ie x ie c d", "n in h ao x ie x ie");
    assert_int_equal(f.found.count, 1);
    assert_place(&f, 0, 200, 1000, 0);
    end(&f);
    find(&f, "n in h ao x ie x n in h ao x ie", "n in h ao x ie");
    assert_int_equal(f.found.count, 2);
    assert_place(&f, 0, 0, 600, 0);
    assert_place(&f, 1, 700, 1300, 0);
    end(&f);
}

static void test_fuzzy__tones_do_not_count(void **state)
{
    (void)state;
    fixture f;
    find(&f, "n in2 h ao3 x ie4", "n in h ao2 x ie");
    assert_int_equal(f.found.count, 1);
    assert_place(&f, 0, 0, 600, 0);
    end(&f);
}

static void test_fuzzy__one_phone_in_five_may_be_wrong_missing_or_too_much(void **state)
{
    (void)state;
    static const char wording[] = "a b c d e f g h i j";
    fixture f;
    find(&f, "x a b c Q e f g h R j x", wording);
    assert_int_equal(f.found.count, 1);
    assert_place(&f, 0, 100, 1100, 0.2);
    end(&f);
    find(&f, "x a b c e f g i j x", wording);
    assert_int_equal(f.found.count, 1);
    assert_place(&f, 0, 100, 900, 0.2);
    end(&f);
    find(&f, "a b c Q d e f g h R i j", wording);
    assert_int_equal(f.found.count, 1);
    assert_place(&f, 0, 0, 1200, 0.2);
    end(&f);
    find(&f, "a b Q d e R g h S j", wording);
    assert_int_equal(f.found.count, 0);
    end(&f);
}

static void test_fuzzy__short_wordings_are_not_sought(void **state)
{
    (void)state;
    fixture f;
    find(&f, "n in h ao m a", "n in h ao m");
    assert_int_equal(f.found.count, 0);
    end(&f);
    find(&f, "n in h ao m a", "n in h ao m a");
    assert_int_equal(f.found.count, 1);
    end(&f);
    find(&f, "", "n in h ao m a");
    assert_int_equal(f.found.count, 0);
    end(&f);
}

static void test_fuzzy__confidence_ends_at_the_boundary_of_belief(void **state)
{
    (void)state;
    assert_true(ca_sound_confidence(0) == 0.9);
    assert_true(ca_sound_confidence(0.1) == 0.7);
    assert_true(ca_sound_confidence(0.2) == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fuzzy__the_same_sounds_are_found_wherever_they_are),
        cmocka_unit_test(test_fuzzy__tones_do_not_count),
        cmocka_unit_test(test_fuzzy__one_phone_in_five_may_be_wrong_missing_or_too_much),
        cmocka_unit_test(test_fuzzy__short_wordings_are_not_sought),
        cmocka_unit_test(test_fuzzy__confidence_ends_at_the_boundary_of_belief),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
