import { CheckIcon } from '@phosphor-icons/react/Check'
import { CopyIcon } from '@phosphor-icons/react/Copy'
import { useEffect, useState } from 'react'
import { IconButton } from '@/ui/icon-button'
import { toast } from '@/ui/toaster'

interface CopyButtonProps {
  /** The text, or how to make it (for what is costly to make). */
  text: string | (() => string)
  label?: string
  size?: 'sm' | 'md'
  className?: string
}

export function CopyButton({ text, label = 'Copy', size = 'sm', className }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
      setCopied(true)
    } catch {
      // No permission, or a page that is not served securely.
      toast.error('The browser does not allow copying here. Select the text and copy it yourself.')
    }
  }

  return (
    <>
      <IconButton
        label={copied ? 'Copied' : label}
        size={size}
        className={className}
        icon={copied ? <CheckIcon className="text-success" aria-hidden /> : <CopyIcon aria-hidden />}
        onClick={() => void copy()}
      />
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </>
  )
}
