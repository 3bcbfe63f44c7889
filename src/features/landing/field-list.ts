import type { Mark } from './changes.ts'
import { h, type Child } from './dom.ts'
import type { Field, FieldValue } from './fields.ts'
import { renderMarkdown } from './markdown.ts'

/** The fields of an item whose content type has no design of its own, by name. */
export function fieldList(fields: readonly Field[], under: number, mark?: Mark): HTMLElement {
  return h(
    'dl',
    { class: 'fields' },
    fields.map(({ name, label, value }) =>
      h('div', { class: 'field', ...mark?.(name) }, h('dt', {}, label), h('dd', {}, fieldValue(value, under))),
    ),
  )
}

function fieldValue(value: FieldValue, under: number): Child {
  switch (value.kind) {
    case 'text':
      return value.text
    case 'markdown':
      return h('div', { class: 'prose' }, renderMarkdown(value.source, under))
    case 'link':
      return h('a', { href: value.link.href, rel: value.link.external && 'noopener' }, value.text)
    case 'list':
      return h(
        'ul',
        {},
        value.values.map((entry) => h('li', {}, fieldValue(entry, under))),
      )
    case 'group':
      return value.title === undefined
        ? fieldList(value.fields, under)
        : h('div', {}, h('p', { class: 'field-title' }, value.title), value.fields.length > 0 && fieldList(value.fields, under))
  }
}
