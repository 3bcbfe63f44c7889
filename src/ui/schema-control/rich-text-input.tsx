import { lazy, Suspense, useState } from 'react'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'
import type { RichTextAct } from '@/ui/schema-control/rich-text-bar'

// The editor (some 100 kB) comes when somebody enters a text; until then it is shown as it will stand there.
type Editor = typeof import('@/ui/schema-control/rich-text')
const load = (): Promise<Editor> => import('@/ui/schema-control/rich-text')
const RichTextAtRest = lazy(() => import('@/ui/schema-control/rich-text-at-rest').then(({ RichTextAtRest: View }) => ({ default: View })))

export interface RichTextInputProps {
  label: string
  /** Markdown. */
  value: string
  onChange: (markdown: string) => void
  onBlur?: (() => void) | undefined
  readOnly: boolean
}

/** How a text was entered while its editor was on its way. */
export interface RichTextEntry {
  /** Where it was pressed, as the pointer's events say it. */
  point: { x: number; y: number } | null
  act: RichTextAct | null
  /** What was typed and pasted since, in lines. */
  typed: () => string
}

export function RichTextInput(props: RichTextInputProps) {
  const [entered, setEntered] = useState<{ editor: Editor; entry: RichTextEntry | undefined } | null>(null)
  if (entered !== null) return <entered.editor.RichText {...props} entry={entered.entry} />
  return (
    <Suspense fallback={<Skeleton className="h-32 w-full" />}>
      <RichTextAtRest
        {...props}
        onNear={() => void load().catch(() => undefined)}
        onEnter={(entry) =>
          void load().then(
            (editor) => setEntered({ editor, entry }),
            () => toast.error('The editor could not be loaded. Check your connection and try again.'),
          )
        }
      />
    </Suspense>
  )
}
