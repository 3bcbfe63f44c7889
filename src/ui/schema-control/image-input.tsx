import { ImageBrokenIcon } from '@phosphor-icons/react/ImageBroken'
import { useState, type ChangeEvent } from 'react'
import { Input } from '@/ui/input'

interface ImageInputProps {
  value: string
  readOnly: boolean
  onBlur?: (() => void) | undefined
  onChange: (event: ChangeEvent<HTMLInputElement>) => void
}

/** The address of an image, with the image under it. */
export function ImageInput(props: ImageInputProps) {
  const { value } = props
  const shows = /^https?:\/\/\S+$/.test(value) || /^\/[^/]/.test(value)
  return (
    <span className="flex flex-col gap-2">
      <Input {...props} type="url" inputMode="url" mono autoComplete="off" spellCheck={false} placeholder="https://…" />
      {shows && <Preview key={value} address={value} />}
    </span>
  )
}

function Preview({ address }: { address: string }) {
  const [broken, setBroken] = useState(false)
  if (broken) {
    return (
      <span className="flex items-center gap-1.5 text-hint text-warning">
        <ImageBrokenIcon aria-hidden /> No image could be loaded from there.
      </span>
    )
  }
  return (
    <img
      src={address}
      alt="What the address shows"
      referrerPolicy="no-referrer"
      loading="lazy"
      className="max-h-40 w-fit max-w-full rounded-md border border-line bg-sunk object-contain"
      onError={() => setBroken(true)}
    />
  )
}
