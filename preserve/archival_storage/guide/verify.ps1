# 核对本介质：逐个文件计算 SHA-256，与 manifest-sha256.txt 比较。只读，不改动任何内容。
# Checks this medium: the SHA-256 of each file against manifest-sha256.txt. It only reads.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File verify.ps1
#
# Windows PowerShell 5.1, PowerShell 7. Exit status: 0 intact, 4 not intact, 2 called wrongly.

param([string]$Folder = $PSScriptRoot)

$Folder = (Resolve-Path -LiteralPath $Folder).ProviderPath
$list = [System.IO.Path]::Combine($Folder, 'manifest-sha256.txt')
if (-not [System.IO.File]::Exists($list)) {
    Write-Host "找不到 manifest-sha256.txt / not found: $list"
    exit 2
}

$lines = [System.IO.File]::ReadAllLines($list)
$problems = 0
$number = 0
foreach ($line in $lines) {
    $number += 1
    if ($line -eq '') { continue }
    if ($line -notmatch '^([0-9A-Fa-f]{64}) [ *](.+)$') {
        Write-Host "清单第 $number 行格式有误 / malformed line $number of the list"
        $problems += 1
        continue
    }
    $digest = $Matches[1]
    $path = $Matches[2]
    if ($path -match '(^|/)\.\.?(/|$)|^/|\\|:') {
        Write-Host "路径不安全，未打开 / unsafe path, not opened: $path"
        $problems += 1
        continue
    }
    Write-Progress -Activity '核对 / Verifying' -Status $path -PercentComplete (100 * $number / $lines.Length)
    $file = [System.IO.Path]::Combine($Folder, $path.Replace('/', [System.IO.Path]::DirectorySeparatorChar))
    if (-not [System.IO.File]::Exists($file)) {
        Write-Host "缺失 / missing: $path"
        $problems += 1
        continue
    }
    try {
        $found = (Get-FileHash -LiteralPath $file -Algorithm SHA256 -ErrorAction Stop).Hash
    } catch {
        Write-Host "读不出来 / cannot be read: $path"
        $problems += 1
        continue
    }
    if ($found -ne $digest) {
        Write-Host "已损坏或被改动 / damaged or altered: $path"
        $problems += 1
    }
}

Write-Progress -Activity '核对 / Verifying' -Completed
Write-Host "清单行数 / lines in the list: $number"
if ($problems -gt 0) {
    Write-Host "结论：不完好，问题数：$problems / Result: NOT intact, problems: $problems"
    exit 4
}
Write-Host '结论：完好。/ Result: intact.'
exit 0
