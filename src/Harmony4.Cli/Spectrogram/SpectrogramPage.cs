using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Harmony4.Cli.Files;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Spectrogram;

/// <summary>
/// Writes one self-contained HTML page that shows audio tokens over time and frequency. Frames go out as they come: what is held
/// is less than one block of them. The page keeps every token and draws the mean power of those that fall on a pixel, so hours stay usable.
/// Tokens are relative to their own frame, so the page has the peak of each frame too: what it draws is relative to the strongest bin of all.
/// </summary>
internal sealed class SpectrogramPage
{
    /// <summary>A multiple of 3 × 8 bytes: a whole block of tokens ends on a base64 boundary.</summary>
    private const int BlockLength = 48 * 1024;

    private readonly TextWriter _output;
    private readonly string _end;
    private readonly Block _tokens = new("tokens");
    private readonly Block _peaks = new("peaks");
    private readonly int _tokensPerFrame;
    private long _nextFrame;
    private bool _ended;

    /// <summary>Writes the page up to its data.</summary>
    /// <param name="output">Receives the page, UTF-8 when it is encoded; not closed.</param>
    /// <param name="title">What the tokens are of, such as a file name.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="frameSize">Samples per frame.</param>
    /// <param name="hop">Samples from frame to frame.</param>
    /// <param name="tokensPerFrame">Tokens of every frame.</param>
    public SpectrogramPage(TextWriter output, string title, int sampleRate, int frameSize, int hop, int tokensPerFrame)
    {
        _output = output;
        _tokensPerFrame = tokensPerFrame;
        var facts = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"rate\":{sampleRate},\"frame\":{frameSize},\"hop\":{hop},\"tokens\":{tokensPerFrame}}}");
        var page = EmbeddedText.Read("Spectrogram/page.html").Split("{{data}}");
        _output.Write(new StringBuilder(page[0])
            .Replace("{{style}}", EmbeddedText.Read("Spectrogram/page.css"))
            .Replace("{{title}}", WebUtility.HtmlEncode(title))
            .Replace("{{facts}}", facts));
        _end = page[1].Replace("{{script}}", EmbeddedText.Read("Spectrogram/page.js"), StringComparison.Ordinal);
    }

    /// <summary>Adds the next frame.</summary>
    /// <param name="frame">A frame; indices start at 0 and leave no gap.</param>
    /// <param name="tokens">Its tokens, as many as every frame has.</param>
    /// <exception cref="ArgumentException">The frame is out of turn or has another number of tokens.</exception>
    /// <exception cref="InvalidOperationException">The page is ended.</exception>
    public void Add(AudioFrame frame, ReadOnlySpan<AudioToken> tokens)
    {
        if (_ended)
        {
            throw new InvalidOperationException("the page is ended");
        }

        if (frame.Index != _nextFrame || tokens.Length != _tokensPerFrame)
        {
            throw new ArgumentException($"expected frame {_nextFrame} of {_tokensPerFrame} tokens, found {frame.Index} of {tokens.Length}", nameof(frame));
        }

        _nextFrame++;

        // Little-endian, as the typed arrays of every browser's machine read it.
        BinaryPrimitives.WriteDoubleLittleEndian(_peaks.Take(_output), frame.Peak);
        foreach (var token in tokens)
        {
            var at = _tokens.Take(_output);
            BinaryPrimitives.WriteUInt32LittleEndian(at, token.Hz10);
            BinaryPrimitives.WriteUInt16LittleEndian(at[4..], token.Magnitude);
            BinaryPrimitives.WriteUInt16LittleEndian(at[6..], token.Phase);
        }
    }

    /// <summary>Writes the rest of the page.</summary>
    public void End()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _tokens.Write(_output);
        _peaks.Write(_output);
        _output.Write(_end);
    }

    /// <summary>Data of the page under way, in units of eight bytes.</summary>
    private sealed class Block(string name)
    {
        private const int UnitLength = 8;

        private readonly byte[] _bytes = new byte[BlockLength];
        private int _count;

        /// <summary>Returns room for the next unit.</summary>
        public Span<byte> Take(TextWriter output)
        {
            if (_count == BlockLength)
            {
                Write(output);
            }

            _count += UnitLength;
            return _bytes.AsSpan(_count - UnitLength, UnitLength);
        }

        public void Write(TextWriter output)
        {
            if (_count > 0)
            {
                output.Write($"<script type=\"text/plain\" class=\"{name}\">{Convert.ToBase64String(_bytes, 0, _count)}</script>\n");
                _count = 0;
            }
        }
    }
}
