import { errorLine } from '@/lib/errors'
import type { ControlServices } from '@/ui/schema-control/services'

/** What the controls of content ask for, loaded with the first question. */
export const controlServices: ControlServices = {
  findItems: async (text, type) => (await import('@/lib/queries/references')).findItems(text, type),
  itemById: async (id) => (await import('@/lib/queries/references')).itemById(id),
  imageStore: async () => (await import('@/lib/image-store')).imageStore(),
  describe: errorLine,
}
