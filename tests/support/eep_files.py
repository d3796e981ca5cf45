"""Encapsulations as others write them: any prefix or none, base64 in any lines, data inside or elsewhere."""

from __future__ import annotations

import base64
import hashlib


def coding(name: str, data: bytes, *, outside: bool = False, size: int | None = None) -> str:
    """One document. `outside`: only its digest is in it, the file lies beside."""
    if outside:
        coded = base64.b64encode(hashlib.sha256(data).digest()).decode()
        keyword = "<编码描述>仅提供SHA256摘要信息,文档数据在外部保存</编码描述><反编码关键字>sha256-base64Binary</反编码关键字>"
    else:
        coded = base64.encodebytes(data).decode()
        keyword = f"<反编码关键字>base64-{name.rpartition('.')[2]}</反编码关键字>"
    length = len(data) if size is None else size
    return (
        f"<文档><文档数据><编码><电子属性><计算机文件名>{name}</计算机文件名><计算机文件大小>{length}</计算机文件大小></电子属性>"
        f"{keyword}<编码数据>{coded}</编码数据></编码></文档数据></文档>"
    )


def encapsulation(*codings: str, number: str = "J001-ZY·ZF·2026·D30-001", more: str = "") -> bytes:
    """One record."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<电子文件封装包 xmlns="urn:others"><版本>2009</版本><被签名对象><封装内容>'
        f"<文件实体块><文件实体><来源><立档单位名称>甲局</立档单位名称></来源><档号>{number}</档号><内容描述><题名>某案</题名>"
        f"</内容描述><文件数据>{''.join(codings)}</文件数据></文件实体></文件实体块></封装内容></被签名对象>{more}</电子文件封装包>"
    ).encode()
