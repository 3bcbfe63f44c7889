import { keyMarks, keyWords } from '@/ui/key-names'
import { Kbd } from '@/ui/kbd'

/** What to press, as marks: `<Keys keys="g h" />`. Read out as words. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex shrink-0 items-center gap-1">
      <span className="sr-only">{keyWords(keys)}</span>
      {keyMarks(keys).map((press, index) => (
        <span key={index} aria-hidden className="inline-flex items-center gap-0.5">
          {press.map((mark) => (
            <Kbd key={mark}>{mark}</Kbd>
          ))}
        </span>
      ))}
    </span>
  )
}
