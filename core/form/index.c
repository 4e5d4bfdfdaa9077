/* core/form/index.c: base URIs, $id and $anchor of documents. Looks only where schemas can stand, so that an
 * $id inside an enum is a value and nothing more. Knows no network. */
#include "core/form/index.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/uri.h"

static size_t slot_of(const struct index *index, const struct json *node)
{
    size_t slot = ((uintptr_t)node >> 4) * 11400714819323198485ull % index->place_room;
    while (index->places[slot].node && index->places[slot].node != node)
        slot = (slot + 1) % index->place_room;
    return slot;
}

static void grow_places(struct index *index)
{
    struct index old = *index;
    index->place_room = old.place_room ? old.place_room * 2 : 128;
    index->places = xcalloc(index->place_room, sizeof *index->places);
    for (size_t i = 0; i < old.place_room; i++)
        if (old.places[i].node)
            index->places[slot_of(index, old.places[i].node)] = old.places[i];
    free(old.places);
}

static void add_place(struct index *index, const struct json *node, const char *base)
{
    if (index->place_count * 2 >= index->place_room)
        grow_places(index);
    struct place *place = &index->places[slot_of(index, node)];
    index->place_count += !place->node;
    *place = (struct place){node, base};
}

static void add_name(struct index *index, const char *uri, const struct json *node)
{
    if (index->name_count == index->name_room) {
        index->name_room = index->name_room ? index->name_room * 2 : 16;
        index->names = xrealloc(index->names, index->name_room * sizeof *index->names);
    }
    index->names[index->name_count++] = (struct named){uri, node};
}

void index_deinit(struct index *index)
{
    arena_free(&index->arena);
    free(index->places);
    free(index->names);
    *index = (struct index){0};
}

static const char *resolve_id(struct index *index, const char *base, const char *id)
{
    struct buf uri = {0};
    uri_resolve(base, id, &uri);
    const char *text = buf_text(&uri);
    char *own = arena_printf(&index->arena, "%.*s", (int)uri_split(text, NULL), text);
    buf_free(&uri);
    return own;
}

static void enter(struct index *index, const char *base, const struct json *node)
{
    if (!json_is_object(node) || index_base(index, node))
        return;
    const char *id = json_text(node, "$id"), *anchor = json_text(node, "$anchor");
    if (id) {
        base = resolve_id(index, base, id);
        add_name(index, base, node);
    }
    add_place(index, node, base);
    if (anchor)
        add_name(index, arena_printf(&index->arena, "%s#%s", base, anchor), node);
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        enum holds holds = keyword_holds(json_name(member));
        if (holds == HOLDS_SCHEMA)
            enter(index, base, member);
        else if (holds != HOLDS_NONE)
            for (const struct json *sub = json_first(member); sub; sub = json_next(sub))
                enter(index, base, sub);
    }
}

void index_add(struct index *index, const char *base, const struct json *document)
{
    const char *own = arena_strdup(&index->arena, base);
    if (*own)
        add_name(index, own, document);
    enter(index, own, document);
}

const char *index_base(const struct index *index, const struct json *node)
{
    if (!index->place_room)
        return NULL;
    const struct place *place = &index->places[slot_of(index, node)];
    return place->node ? place->base : NULL;
}

const struct json *index_find(const struct index *index, const char *uri, size_t length)
{
    for (size_t i = 0; i < index->name_count; i++)
        if (strlen(index->names[i].uri) == length && memcmp(index->names[i].uri, uri, length) == 0)
            return index->names[i].node;
    return NULL;
}
