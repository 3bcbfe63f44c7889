import type { ContentSchema } from '@core/content-schema'
import { freeName, withNewFieldIds, type TypeDocument } from '@core/type-document'
import { newFieldId } from '@/features/content/types/field-drafts'

/** What a navigation to a new type hands over: a template's or a file's type, and where it is from. */
export interface TypeSeed {
  document: TypeDocument
  from: string
}

export interface TypeStart {
  title: string
  name: string
  description: string
  schema: ContentSchema
  /** Keywords of the schema that the builder does not show stay with it. */
  base: ContentSchema | null
  from: string | null
}

const EMPTY: ContentSchema = { type: 'object', properties: {} }

export function startOf(state: unknown, taken: ReadonlySet<string>): TypeStart {
  if (!isSeed(state)) return { title: '', name: '', description: '', schema: EMPTY, base: null, from: null }
  const { document, from } = state
  // Fields of their own: a rename in one of the two types is none in the other.
  const schema = withNewFieldIds(document.schema, newFieldId)
  const name = freeName(document.name, taken)
  return { title: document.title, name, description: document.description, schema, base: schema, from: name === document.name ? from : `${from} The name “${document.name}” is taken here, so it begins as “${name}”.` }
}

function isSeed(state: unknown): state is TypeSeed {
  return typeof state === 'object' && state !== null && 'document' in state && 'from' in state && typeof state.from === 'string'
}
