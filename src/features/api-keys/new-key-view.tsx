import { CheckIcon } from '@phosphor-icons/react/Check'
import { CopyIcon } from '@phosphor-icons/react/Copy'
import { useEffect, useRef } from 'react'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { toast } from '@/ui/toaster'

interface NewKeyViewProps {
  text: string
  copied: boolean
  onCopied: () => void
}

/** The key's text, this once. */
export function NewKeyView({ text, copied, onCopied }: NewKeyViewProps) {
  const button = useRef<HTMLButtonElement>(null)
  // The form that had the focus is gone.
  useEffect(() => button.current?.focus(), [])

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      onCopied()
    } catch {
      // No permission, or a page that is not served securely.
      toast.error('The browser does not allow copying here. Select the key and copy it yourself.')
    }
  }

  return (
    <div className="flex flex-col gap-4">
      <Notice tone="warning" title="Copy it now: it cannot be seen again">
        Only a hash of it is kept. Whoever has this text can use the key, so put it where secrets are kept, and not into a repository.
      </Notice>
      <Field label="API key">
        <Input mono readOnly value={text} spellCheck={false} autoComplete="off" onFocus={(event) => event.target.select()} onCopy={onCopied} />
      </Field>
      <div className="flex items-center gap-3">
        <Button ref={button} variant="primary" icon={copied ? <CheckIcon aria-hidden weight="bold" /> : <CopyIcon aria-hidden />} onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy key'}
        </Button>
        <span role="status" className="sr-only">
          {copied ? 'The key was copied' : ''}
        </span>
      </div>
    </div>
  )
}
