"""The forms of case files (案卷封面, 卷内文件目录, 备考表, 案卷目录 …): their layout is data, `profiles/forms.toml`."""
